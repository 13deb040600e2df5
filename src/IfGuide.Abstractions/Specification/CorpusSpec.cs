using System.Text.Json.Serialization;

namespace IfGuide.Abstractions.Specification;

/// <summary>How a corpus file is read.</summary>
public enum CorpusFormat
{
    /// <summary>By the file's extension, or by its content where that says nothing.</summary>
    Auto,
    /// <summary>JSON lines, plain, gzip or zstd.</summary>
    Jsonl,
    /// <summary>Apache Parquet.</summary>
    Parquet,
    /// <summary>Plain text; one document a file.</summary>
    Text,
    /// <summary>A NumPy array of token ids, read as one stream.</summary>
    Npy,
    /// <summary>Megatron's indexed dataset: .bin and .idx.</summary>
    Megatron,
    /// <summary>A flat file of token ids: nanoGPT, OLMo, llm.c.</summary>
    NanoGpt,
}

/// <summary>What becomes of records that cannot be read.</summary>
public enum RecordErrors
{
    /// <summary>The first one ends the run.</summary>
    Refuse,
    /// <summary>They are left out, counted, and the first of them named.</summary>
    Skip,
}

/// <summary>How documents become training sequences.</summary>
public enum Packing
{
    /// <summary>Documents are joined with the end-of-text token and cut into blocks; the remainder is dropped.</summary>
    Concatenate,
    /// <summary>One document a sequence, cut at the block and padded on the right.</summary>
    Document,
}

/// <summary>The training corpus: text to tokenise, or token arrays.</summary>
[GenerateSerializer, Immutable, Alias("ifguide.CorpusSpec")]
public sealed record CorpusSpec
{
    /// <summary>A file, a folder, or a glob; absolute. Null when <see cref="Pretokenised"/> is set.</summary>
    [Id(0)] public string? Path { get; init; }

    /// <summary>File format.</summary>
    [Id(1)] public CorpusFormat Format { get; init; } = CorpusFormat.Auto;

    /// <summary>Text column of jsonl or parquet.</summary>
    [Id(2)] public string Text { get; init; } = "text";

    /// <summary>Tokens per training sequence.</summary>
    [Id(3)] public int Block { get; init; } = 2048;

    /// <summary>How documents become sequences.</summary>
    [Id(4)] public Packing Packing { get; init; } = Packing.Concatenate;

    /// <summary>Token arrays in place of text.</summary>
    [Id(5)] public PretokenisedSpec? Pretokenised { get; init; }

    /// <summary>What becomes of records that cannot be read.</summary>
    /// <remarks>The default is not written, so that specifications keep the names that they had before there was a choice.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Id(6)] public RecordErrors OnError { get; init; } = RecordErrors.Refuse;
}

/// <summary>Token arrays, each an .npy of integers [sequences, tokens].</summary>
[GenerateSerializer, Immutable, Alias("ifguide.PretokenisedSpec")]
public sealed record PretokenisedSpec
{
    /// <summary>Token ids.</summary>
    [Id(0)] public required string InputIds { get; init; }

    /// <summary>Labels; −100 carries no loss. Null: the input ids.</summary>
    [Id(1)] public string? Labels { get; init; }

    /// <summary>1 for tokens, 0 for padding. Null: all ones.</summary>
    [Id(2)] public string? AttentionMask { get; init; }
}
