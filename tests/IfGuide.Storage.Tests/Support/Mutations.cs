using CsCheck;

namespace IfGuide.Storage.Tests.Support;

/// <summary>Damaged variants of a file: bytes changed, inserted and removed, the end cut off, numbers grown.</summary>
internal static class Mutations
{
    private static readonly byte[] Interesting = [0, 1, 0x7f, 0x80, 0xff, (byte)'"', (byte)'{', (byte)'}', (byte)'[', (byte)']', (byte)',', (byte)'-', (byte)'9', (byte)'\n'];

    private static readonly Gen<(int Kind, double Place, byte Value)> Change = Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.OneOf(Gen.OneOf(Interesting), Gen.Byte));

    public static Gen<byte[]> Of(byte[] original) => Change.Array[1, 4].Select(changes => changes.Aggregate(original, Apply));

    /// <summary>Runs something that may succeed, or fail in the one way that is expected; anything else is the test's failure.</summary>
    public static void Expect<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T expected)
        {
            Assert.NotEmpty(expected.Message);
        }
    }

    private static byte[] Apply(byte[] bytes, (int Kind, double Place, byte Value) change)
    {
        var at = (int)(change.Place * Math.Max(0, bytes.Length - 1));
        return bytes.Length == 0 ? [change.Value] : change.Kind switch
        {
            0 => [.. bytes[..at], change.Value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], change.Value, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[(at + 1)..]],
            3 => bytes[..at],
            _ => [.. bytes[..at], .. Enumerable.Repeat(change.Value, 1 + (change.Value % 24)), .. bytes[at..]],
        };
    }
}
