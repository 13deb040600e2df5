using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora.Documents;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">Its full path; of a Megatron dataset, its index.</param>
/// <param name="Name">Its path relative to the corpus' folder, with <c>/</c>: the same wherever the corpus lies. A Megatron dataset has no extension.</param>
/// <param name="Format">How it is read; never <see cref="CorpusFormat.Auto"/>.</param>
public sealed record CorpusFile(string Path, string Name, CorpusFormat Format)
{
    /// <summary>The files on the disk: two for a Megatron dataset.</summary>
    public IReadOnlyList<string> Parts => Format == CorpusFormat.Megatron ? [Path, MegatronTokens(Path)] : [Path];

    /// <summary>Whether it holds token ids and no text.</summary>
    public bool HoldsTokens => Format is CorpusFormat.Megatron or CorpusFormat.NanoGpt or CorpusFormat.Npy;

    /// <summary>A document of it that may have an id and a source of its own; an empty one is none, since it names nothing.</summary>
    internal CorpusDocument Document(string? id, string? source, string text, long row) =>
        new(string.IsNullOrEmpty(id) ? $"{Name}:{row}" : id, text, string.IsNullOrEmpty(source) ? Name : source, Name, row);

    /// <summary>The tokens that belong to the index of a Megatron dataset.</summary>
    internal static string MegatronTokens(string index) => System.IO.Path.ChangeExtension(index, ".bin");
}
