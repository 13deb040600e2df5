using System.Globalization;
using System.Text;
using ZstdSharp;

namespace IfGuide.EndToEnd.BigCorpus;

/// <summary>A corpus of any size whose bytes depend on its size alone: documents of 20 to 1,500 words, nearly all from a few hundred, one in forty a number that hardly occurs again.</summary>
internal static class GeneratedCorpus
{
    private static readonly byte[][] Words = [.. Syllables().Select(Encoding.ASCII.GetBytes)];

    /// <summary>Writes JSON lines, <c>.zst</c> compressed, until they have the wanted length before compression.</summary>
    /// <returns>Documents written, and bytes before compression.</returns>
    public static (long Documents, long Bytes) Write(string path, long bytes, ulong seed)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var stream = path.EndsWith(".zst", StringComparison.Ordinal) ? new CompressionStream(file, level: 1) : (Stream)file;
        var state = seed;
        var line = new byte[1 << 16];
        var written = 0L;
        var documents = 0L;
        for (; written < bytes; documents++)
        {
            var length = Line(line, seed, documents, ref state);
            stream.Write(line, 0, length);
            written += length;
        }

        return (documents, written);
    }

    private static int Line(byte[] line, ulong seed, long number, ref ulong state)
    {
        var end = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{seed}-{number}\",\"source\":\"source-{number % 40}\",\"text\":\""), line);
        var words = 20 + (int)Math.Pow(1480, Next(ref state) / (double)ulong.MaxValue);
        for (var i = 0; i < words; i++)
        {
            var drawn = Next(ref state);
            if (drawn % 40 == 0)
            {
                (drawn >> 20).TryFormat(line.AsSpan(end), out var digits, provider: CultureInfo.InvariantCulture);
                end += digits;
            }
            else
            {
                // The product of two even numbers prefers small ones, so that words differ in their frequency.
                var word = Words[(int)((((drawn >> 8) & 0xFFFF) * ((drawn >> 32) & 0xFFFF) * (ulong)Words.Length) >> 32)];
                word.CopyTo(line, end);
                end += word.Length;
            }

            line[end++] = (byte)(i % 12 == 11 ? '.' : ' ');
            if (i % 12 == 11)
            {
                line[end++] = (byte)' ';
            }
        }

        return end + Encoding.ASCII.GetBytes("\"}\n", line.AsSpan(end));
    }

    private static IEnumerable<string> Syllables() =>
        from first in new[] { "the", "work", "morning", "river", "of", "question", "and", "paper", "to", "station", "in", "garden", "letter", "market", "under", "people", "water", "number", "over", "other" }
        from ending in new[] { "", "s", "ing", "ed", "er", "ful", "less", "ly" }
        select first + ending;

    /// <summary>SplitMix64.</summary>
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
