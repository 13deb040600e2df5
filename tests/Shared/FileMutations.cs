using System.Buffers.Binary;
using System.Text;

namespace IfGuide.Tests.Shared;

/// <summary>Damages files: bits, bytes and ranges changed, numbers set to extremes, ends cut off, words of the format put in, pieces of other files spliced in.</summary>
internal sealed class FileMutations(Random random, IReadOnlyList<byte[]> seeds)
{
    private const int LongestFile = 1 << 16;
    private static readonly long[] Extremes = [0, 1, -1, 127, 128, 255, 32_767, 65_535, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "null", "true", "-1", "0", "1e400", "NaN", "9223372036854775807", "18446744073709551616", "\"\"", "{}", "[]", ",", ":", "\"", "\\", "\n", "\r\n", "\t", "\0",
            "\\ud800", "\\u0000", "../", "../../etc/passwd", "/etc/passwd", "\uFEFF", "<|endoftext|>", "&a", "*a", "!!str ", "? ", "- ", "|", ">", "%", "(?<a>", "(a+)+$",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80], [0xC3, 0x28], [0xFF, 0xFE], [0xF0, 0x9F], Encoding.ASCII.GetBytes(new string('[', 600)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200))),
    ];

    /// <summary>A seed with one to six changes.</summary>
    public byte[] Next()
    {
        var bytes = seeds[random.Next(seeds.Count)];
        for (var changes = 1 + random.Next(6); changes > 0; changes--)
        {
            bytes = Change(bytes);
        }

        return bytes.Length <= LongestFile ? bytes : bytes[..LongestFile];
    }

    private byte[] Change(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return Words[random.Next(Words.Length)];
        }

        var at = random.Next(bytes.Length);
        var end = Math.Min(bytes.Length, at + 1 + random.Next(1 << random.Next(1, 8)));
        return random.Next(10) switch
        {
            0 => Replace(bytes, at, [(byte)(bytes[at] ^ (1 << random.Next(8)))]),
            1 => Replace(bytes, at, [(byte)random.Next(256)]),
            2 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[end..]],
            4 => bytes[..at],
            5 => [.. bytes[..end], .. bytes[at..]],
            6 => Replace(bytes, at, Extreme()),
            7 => Number(bytes, at),
            8 => [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]],
            _ => Splice(bytes, at),
        };
    }

    private static byte[] Replace(byte[] bytes, int at, byte[] by)
    {
        byte[] changed = [.. bytes];
        by.AsSpan(0, Math.Min(by.Length, bytes.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private byte[] Extreme()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Extremes[random.Next(Extremes.Length)]);
        return bytes[..(1 << random.Next(4))];
    }

    /// <summary>The next number written in digits becomes an extreme one.</summary>
    private byte[] Number(byte[] bytes, int at)
    {
        var digits = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digits < 0)
        {
            return bytes;
        }

        var start = at + digits;
        var length = bytes.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return [.. bytes[..start], .. Encoding.ASCII.GetBytes($"{Extremes[random.Next(Extremes.Length)]}"), .. length < 0 ? [] : bytes[(start + length)..]];
    }

    private byte[] Splice(byte[] bytes, int at)
    {
        var other = seeds[random.Next(seeds.Count)];
        return [.. bytes[..at], .. other[random.Next(other.Length + 1)..]];
    }
}
