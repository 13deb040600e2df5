using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Looks at everything a run reads, as its preparation will, and stores nothing: tokenizer, query sets, prompts and labels whole; models by the heads of their files; of each corpus file the first document.</summary>
/// <remarks>Needs no libtorch. What stands further on, a weight that is not finite or a damaged record, is found by the run.</remarks>
public static class InputExamination
{
    /// <summary>Examines the files of a run.</summary>
    /// <param name="specification">The run.</param>
    /// <exception cref="UserErrorException">A file cannot be used; the message is that of the run.</exception>
    public static void Examine(RunSpec specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        var tokenizer = specification.Tokenizer is { } path ? TokenizerFile.Load(path) : null;
        var vocabulary = ModelPreparation.Check(specification, specification.Proxy, "proxy", tokenizer);
        if (specification.Target is { } target)
        {
            vocabulary = Math.Min(vocabulary, ModelPreparation.Check(specification, target, "target", tokenizer));
        }

        foreach (var pair in specification.Queries.Pairs())
        {
            Queries(specification, pair.Toxic, UnitNames.Of(pair.Name, UnitNames.Toxic), tokenizer, vocabulary);
            Queries(specification, pair.Nontoxic, UnitNames.Of(pair.Name, UnitNames.Nontoxic), tokenizer, vocabulary);
        }

        Corpus(specification.Corpus, tokenizer, vocabulary);
        Read(specification.Evaluation?.Prompts, file => PromptReader.Read(file));
        Read(specification.Evaluation?.LastWord, file => LastWordReader.Read(file));
        Read(specification.Evaluation?.Labels, file => KnownSpans.Read(file));
        Read(specification.Evaluation?.Perplexity, file => HeldOutText.Read(file).Count());
        Read(specification.Evaluation?.HardNegatives, file => HeldOutText.Read(file).Count());
    }

    private static void Queries(RunSpec specification, QuerySetSpec set, string name, TokenizerFile? tokenizer, int vocabulary)
    {
        PreparationUnit.RequireTokenizer(tokenizer, set.Path, $"queries.{name}");
        QueryReader.Read(set, name, tokenizer, specification.Queries.MaxLength, vocabulary).Dispose();
    }

    private static void Corpus(CorpusSpec corpus, TokenizerFile? tokenizer, int vocabulary)
    {
        if (corpus.Pretokenised is { } arrays)
        {
            PretokenisedSequences.Open(arrays, vocabulary).Dispose();
            return;
        }

        PreparationUnit.RequireTokenizer(tokenizer, CorpusFiles.Find(corpus).All(file => file.HoldsTokens) ? null : corpus.Path, "corpus");
        var documents = CorpusDocuments.ReadFirst(corpus, new TokenVocabulary(Math.Min(vocabulary, tokenizer?.VocabularySize ?? int.MaxValue), tokenizer?.EndOfTextToken), new BadRecords(corpus.OnError));
        _ = documents.Count();
    }

    private static void Read(string? path, Func<string, object> read)
    {
        if (path is not null)
        {
            read(path);
        }
    }
}
