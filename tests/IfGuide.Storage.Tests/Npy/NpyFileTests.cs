using System.Buffers.Binary;
using System.Text;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Npy;

public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A file as numpy.save writes it, byte by byte.</summary>
    private static byte[] Raw(string dictionary, byte[] data, byte version = 1, uint? announced = null)
    {
        var start = version == 1 ? 10 : 12;
        var header = Encoding.UTF8.GetBytes(dictionary.PadRight((((start + dictionary.Length) / 64) + 1) * 64 - start - 1) + "\n");
        var bytes = new byte[start + header.Length + data.Length];
        "\u0093NUMPY".Select(character => (byte)character).ToArray().CopyTo(bytes, 0);
        bytes[6] = version;
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(announced ?? (uint)header.Length));
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), announced ?? (uint)header.Length);
        }

        header.CopyTo(bytes, start);
        data.CopyTo(bytes, start + header.Length);
        return bytes;
    }

    private static string Dictionary(string type, string shape) => $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";

    private NpyFile Open(byte[] bytes) => NpyFile.Open(folder.Write("x.npy", bytes));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryVersion_IsRead(byte version)
    {
        using var file = Open(Raw(Dictionary("<i4", "(2, 3)"), [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 255, 255, 255, 255], version));
        Assert.Equal([2, 3], file.Shape);
        Assert.Equal([4, 5, -1], file.RowSpan<int>(1, 1).ToArray());
    }

    [Theory]
    [InlineData("|b1", new byte[] { 1 }, 1)]
    [InlineData("|u1", new byte[] { 255 }, 255)]
    [InlineData("|i1", new byte[] { 255 }, -1)]
    [InlineData("<u2", new byte[] { 255, 255 }, 65535)]
    [InlineData("<i2", new byte[] { 255, 255 }, -1)]
    [InlineData("<u4", new byte[] { 255, 255, 255, 255 }, 4294967295)]
    [InlineData("<i4", new byte[] { 156, 255, 255, 255 }, -100)]
    [InlineData("<u8", new byte[] { 7, 0, 0, 0, 0, 0, 0, 0 }, 7)]
    [InlineData("<i8", new byte[] { 156, 255, 255, 255, 255, 255, 255, 255 }, -100)]
    public void WholeNumbersOfEveryType_AreConverted(string type, byte[] data, long expected)
    {
        using var file = Open(Raw(Dictionary(type, "(1,)"), data));
        var values = new long[1];
        file.ReadIntegers(0, values);
        Assert.Equal(expected, values[0]);
        Assert.Throws<UserErrorException>(() => file.ReadFloats(0, new float[1]));
    }

    [Theory]
    [InlineData("<f2", new byte[] { 0, 0x3e })]
    [InlineData("<f4", new byte[] { 0, 0, 0xc0, 0x3f })]
    [InlineData("<f8", new byte[] { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f })]
    public void FloatsOfEveryType_AreConverted(string type, byte[] data)
    {
        using var file = Open(Raw(Dictionary(type, "(1, 1)"), data));
        var values = new float[1];
        file.ReadFloats(0, values);
        Assert.Equal(1.5f, values[0]);
        Assert.Throws<UserErrorException>(() => file.ReadIntegers(0, new long[1]));
    }

    public static TheoryData<string, string> Damages => new()
    {
        { Dictionary("<i4", "(3,)"), "does not fit its 8 bytes" },
        { Dictionary("<i4", "(1,)"), "does not fit its 8 bytes" },
        { Dictionary("<i8", "(2305843009213693952, 8)"), "does not fit" },
        { Dictionary("<i8", "(9223372036854775807, 9223372036854775807)"), "does not fit" },
        { Dictionary("<i8", "(99999999999999999999,)"), "its shape" },
        { Dictionary("<i8", "(-1,)"), "not the dictionary" },
        { Dictionary(">i4", "(2,)"), "big-endian" },
        { Dictionary("|O", "(1,)"), "'|O'" },
        { Dictionary("<U2", "(1,)"), "'<U2'" },
        { Dictionary("<c16", "(1,)"), "'<c16'" },
        { "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", "not supported" },
        { "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2), }", "Fortran order" },
        { "{'descr': '<i4', 'shape': (2,), }", "'fortran_order' once" },
        { "{'descr': '<i4', 'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", "'descr' once" },
        { "__import__('os')", "not the dictionary" },
        { "", "not the dictionary" },
        { Dictionary("<i4", $"({string.Concat(Enumerable.Repeat("1, ", 40))}2)"), "its shape" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void EachDamage_IsNamed_WithTheFile(string dictionary, string named)
    {
        var path = folder.Write("x.npy", Raw(dictionary, new byte[8]));
        var failure = Assert.Throws<UserErrorException>(() => NpyFile.Open(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 65535u)]
    [InlineData(2, uint.MaxValue)]
    [InlineData(2, 1u << 30)]
    [InlineData(4, 10u)]
    [InlineData(0, 10u)]
    public void AnImpossibleHeader_IsRefused(byte version, uint announced) =>
        Assert.Throws<UserErrorException>(() => Open(Raw(Dictionary("<i4", "(2,)"), new byte[8], version, announced)));

    [Fact]
    public void OtherAndTruncatedFiles_AreRefused()
    {
        Assert.Contains("magic", Assert.Throws<UserErrorException>(() => Open(new byte[100])).Message, StringComparison.Ordinal);
        var whole = Raw(Dictionary("<i4", "(2,)"), new byte[8]);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<UserErrorException>(() => Open(whole[..length]));
        }
    }

    [Fact]
    public void MutatedFiles_OpenOrAreTheUsersMistake()
    {
        var original = Raw(Dictionary("<i4", "(2, 3)"), new byte[24]);
        Mutations.Of(original).Sample(bytes => Mutations.Expect<UserErrorException>(() =>
        {
            using var file = Open(bytes);
            if (file.Type.IsInteger() && file.Rows > 0)
            {
                file.ReadIntegers(0, new long[file.RowLength]);
            }
        }), iter: 3000, threads: 1);
    }

    [Fact]
    public void NumbersAbove63Bits_AreNamed()
    {
        using var file = Open(Raw(Dictionary("<u8", "(1,)"), [255, 255, 255, 255, 255, 255, 255, 255]));
        Assert.Contains("rows 0 to 0", Assert.Throws<UserErrorException>(() => file.ReadIntegers(0, new long[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsOutsideTheFile_AreRefused()
    {
        using var file = Open(Raw(Dictionary("<i4", "(2,)"), new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.RowSpan<int>(1, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.RowSpan<int>(-1, 1).Length);
        Assert.Throws<UserErrorException>(() => file.RowSpan<long>(0, 1).Length);
    }

    [Fact]
    public void Goldens_AreRead()
    {
        using var ids = NpyFile.Open(Repository.Goldens("tiny_neox/data/plain_input_ids.npy"));
        Assert.Equal([20, 24], ids.Shape);
        Assert.All(ids.RowSpan<long>(0, 20).ToArray(), id => Assert.InRange(id, 0, 96));
    }
}
