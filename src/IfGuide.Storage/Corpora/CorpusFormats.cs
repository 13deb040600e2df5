using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Tokens;
using IfGuide.Storage.Formats;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Detects how a corpus file is read: by its extension, else by its first bytes.</summary>
internal static class CorpusFormats
{
    /// <summary>What is read, for messages.</summary>
    public const string Readable =
        "corpora are .jsonl, .ndjson and .txt (also as .gz and .zst), .parquet, Megatron's .idx with .bin, flat .bin token files, and .npy";

    private static readonly Dictionary<string, CorpusFormat> Extensions = new(StringComparer.Ordinal)
    {
        [".jsonl"] = CorpusFormat.Jsonl,
        [".ndjson"] = CorpusFormat.Jsonl,
        [".txt"] = CorpusFormat.Text,
        [".parquet"] = CorpusFormat.Parquet,
        [".npy"] = CorpusFormat.Npy,
        [".idx"] = CorpusFormat.Megatron,
        [".bin"] = CorpusFormat.NanoGpt,
    };

    /// <summary>Finds the format that an extension stands for; null when it stands for none. A .bin beside an .idx belongs to it.</summary>
    public static CorpusFormat? FindByExtension(string path)
    {
        if (!Extensions.TryGetValue(CompressedFile.GetFormatExtension(path), out var format))
        {
            return null;
        }

        if (format == CorpusFormat.NanoGpt && File.Exists(Path.ChangeExtension(path, ".idx")))
        {
            return CorpusFormat.Megatron;
        }

        return format;
    }

    /// <summary>Detects the format of a file.</summary>
    /// <exception cref="UserErrorException">Neither its extension nor its content tells.</exception>
    public static CorpusFormat Detect(string path)
    {
        var known = FindByExtension(path);
        if (known is not (null or CorpusFormat.Npy))
        {
            return known.Value;
        }

        var first = ReadFirstBytes(path);
        if (IsNumpy(first))
        {
            return CorpusFormat.Npy;
        }

        if (known == CorpusFormat.Npy)
        {
            return CorpusFormat.NanoGpt; // OLMo calls its flat files so
        }

        return DetectByContent(first) ?? throw new UserErrorException(
            $"corpus.path: the format of '{path}' does not follow from its extension or its first bytes; {Readable}: set corpus.format.");
    }

    private static CorpusFormat? DetectByContent(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("PAR1"u8))
        {
            return CorpusFormat.Parquet;
        }

        if (first.StartsWith(MegatronHeader.Magic))
        {
            return CorpusFormat.Megatron;
        }

        if (FlatTokenFile.HasHeader(first))
        {
            return CorpusFormat.NanoGpt;
        }

        return IsJson(first) ? CorpusFormat.Jsonl : null;
    }

    private static bool IsNumpy(ReadOnlySpan<byte> first) =>
        first.Length > 6 && first[0] == 0x93 && first[1..].StartsWith("NUMPY"u8);

    private static bool IsJson(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("\uFEFF"u8))
        {
            first = first[3..];
        }

        return first.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    /// <summary>Reads up to 64 bytes, decompressed where the file is compressed.</summary>
    private static ReadOnlySpan<byte> ReadFirstBytes(string path)
    {
        using var stream = CompressedFile.Open(path);
        var buffer = new byte[64];
        var count = 0;
        try
        {
            while (count < buffer.Length && CompressedFile.Read(stream, buffer.AsSpan(count), path, 0) is > 0 and var more)
            {
                count += more;
            }
        }
        catch (DamagedFileException damage)
        {
            throw new UserErrorException(damage.Message, damage);
        }

        return buffer.AsSpan(0, count);
    }
}
