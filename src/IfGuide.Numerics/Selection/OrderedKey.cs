namespace IfGuide.Numerics.Selection;

/// <summary>Unsigned integers that sort as the float32 numbers they stand for.</summary>
internal static class OrderedKey
{
    private const uint Sign = 0x8000_0000;

    /// <summary>The key of a number that is not NaN.</summary>
    public static uint Of(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & Sign) != 0 ? ~bits : bits | Sign;
    }

    /// <summary>The number of a key.</summary>
    public static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & Sign) != 0 ? key & ~Sign : ~key);
}
