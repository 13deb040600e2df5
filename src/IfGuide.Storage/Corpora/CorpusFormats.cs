using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Tokens;
using IfGuide.Storage.Formats;
using IfGuide.Storage.JsonLines;

namespace IfGuide.Storage.Corpora;

/// <summary>Tells how a corpus file is read: by its extension, else by its first bytes.</summary>
internal static class CorpusFormats
{
    /// <summary>What is read, for messages.</summary>
    public const string Readable = "corpora are .jsonl, .ndjson and .txt (also as .gz and .zst), .parquet, Megatron's .idx with .bin, flat .bin token files, and .npy";

    private static readonly Dictionary<string, CorpusFormat> Extensions = new(StringComparer.Ordinal)
    {
        [".jsonl"] = CorpusFormat.Jsonl, [".ndjson"] = CorpusFormat.Jsonl, [".txt"] = CorpusFormat.Text,
        [".parquet"] = CorpusFormat.Parquet, [".npy"] = CorpusFormat.Npy, [".idx"] = CorpusFormat.Megatron, [".bin"] = CorpusFormat.NanoGpt,
    };

    /// <summary>The format that an extension stands for; null when it stands for none. A .bin beside an .idx belongs to it.</summary>
    public static CorpusFormat? ByExtension(string path) => !Extensions.TryGetValue(CompressedFile.FormatExtension(path), out var format) ? null
        : format == CorpusFormat.NanoGpt && File.Exists(Path.ChangeExtension(path, ".idx")) ? CorpusFormat.Megatron
        : format;

    /// <summary>The format of a file.</summary>
    /// <exception cref="UserErrorException">Neither its extension nor its content tells.</exception>
    public static CorpusFormat Of(string path)
    {
        var known = ByExtension(path);
        if (known is not (null or CorpusFormat.Npy))
        {
            return known.Value;
        }

        var first = FirstBytes(path);
        var text = first.StartsWith("\uFEFF"u8) ? first[3..] : first;
        return StartsWithNumpy(first) ? CorpusFormat.Npy
            : known == CorpusFormat.Npy ? CorpusFormat.NanoGpt // OLMo calls its flat files so
            : first.StartsWith("PAR1"u8) ? CorpusFormat.Parquet
            : first.StartsWith(MegatronHeader.Magic) ? CorpusFormat.Megatron
            : FlatTokenFile.HasHeader(first) ? CorpusFormat.NanoGpt
            : text.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? CorpusFormat.Jsonl
            : throw new UserErrorException($"corpus.path: the format of '{path}' does not follow from its extension or its first bytes; {Readable}: set corpus.format.");
    }

    private static bool StartsWithNumpy(ReadOnlySpan<byte> first) => first.Length > 6 && first[0] == 0x93 && first[1..].StartsWith("NUMPY"u8);

    /// <summary>Up to 64 bytes, decompressed where the file is.</summary>
    private static ReadOnlySpan<byte> FirstBytes(string path)
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
