using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora.Documents;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">Its full path; of a Megatron dataset, its index.</param>
/// <param name="Name">
/// Its path relative to the corpus' folder, with <c>/</c>: the same wherever the corpus lies.
/// A Megatron dataset has no extension.
/// </param>
/// <param name="Format">How it is read; never <see cref="CorpusFormat.Auto"/>.</param>
public sealed record CorpusFile(string Path, string Name, CorpusFormat Format)
{
    /// <summary>The files on the disk: two for a Megatron dataset.</summary>
    public IReadOnlyList<string> Parts => Format switch
    {
        CorpusFormat.Megatron => [Path, GetMegatronTokens(Path)],
        _ => [Path],
    };

    /// <summary>Whether it holds token ids and no text.</summary>
    public bool HoldsTokens => Format is CorpusFormat.Megatron or CorpusFormat.NanoGpt or CorpusFormat.Npy;

    /// <summary>Creates a document that may have its own id and source. An empty one names nothing and counts as none.</summary>
    internal CorpusDocument CreateDocument(string? id, string? source, string text, long row)
    {
        if (string.IsNullOrEmpty(id))
        {
            id = $"{Name}:{row}";
        }

        if (string.IsNullOrEmpty(source))
        {
            source = Name;
        }

        return new CorpusDocument(id, text, source, Name, row);
    }

    /// <summary>Gives the path of the tokens that belong to the index of a Megatron dataset.</summary>
    internal static string GetMegatronTokens(string index) => System.IO.Path.ChangeExtension(index, ".bin");
}
