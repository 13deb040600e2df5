using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora.Preparation;
using IfGuide.Storage.Overlap;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Finds texts that occur twice: among query sets and prompts, and in the corpus on the way of its preparation.</summary>
/// <remarks>A corpus that is prepared already is read once more, without tokenising it, when the texts are new.</remarks>
internal sealed class OverlapPreparation(BlockingStore store, InputFiles files)
{
    private readonly List<TextSet> queries = [];
    private readonly List<TextSet> classifiers = [];
    private readonly List<string> notCompared = [];
    private readonly List<object> identity = [];
    private TextSet? prompts;

    /// <summary>Store name of what was found; null before <see cref="Compare"/>.</summary>
    public string? Artifact { get; private set; }

    /// <summary>Adds a query set.</summary>
    /// <param name="name">The key of the run file that names it.</param>
    /// <param name="path">Its file; null for token arrays.</param>
    /// <param name="key">Digest of the set.</param>
    /// <param name="set">The set.</param>
    public void AddQueries(string name, string? path, string key, QuerySet set)
    {
        if (path is null)
        {
            notCompared.Add(name);
            return;
        }

        var file = Path.GetFileName(path);
        queries.Add(new TextSet(name, [.. set.Queries.Select(query => new ComparedText(file, query.Line, query.Prompt, query.Prompt + query.Completion))]));
        identity.Add(new[] { name, file, key });
    }

    /// <summary>Adds texts that a classifier is trained on.</summary>
    /// <param name="name">The key of the run file that names them.</param>
    /// <param name="path">Their file.</param>
    /// <param name="texts">The texts, with their lines.</param>
    public void AddTexts(string name, string path, IReadOnlyList<(string Text, long Line)> texts)
    {
        var file = Path.GetFileName(path);
        classifiers.Add(new TextSet(name, [.. texts.Select(text => new ComparedText(file, text.Line, string.Empty, text.Text))]));
        identity.Add(new[] { name, file, files.Digest(path) });
    }

    /// <summary>Adds the evaluation's prompts.</summary>
    /// <param name="path">Their file; null: none.</param>
    public void AddPrompts(string? path)
    {
        if (path is not null)
        {
            var file = Path.GetFileName(path);
            prompts = new TextSet(OverlapRecord.Prompts, [.. PromptReader.Read(path).Select(prompt => new ComparedText(file, prompt.Line, prompt.Text, prompt.Text + prompt.Continuation))], ByPrompt: true);
            identity.Add(new[] { OverlapRecord.Prompts, file, files.Digest(path) });
        }
    }

    /// <summary>Compares all, and the corpus on the way.</summary>
    /// <param name="corpusKey">Key of the corpus.</param>
    /// <param name="corpus">The corpus.</param>
    /// <param name="tokenizer">Gives token ids their text.</param>
    /// <param name="vocabulary">The model's vocabulary.</param>
    /// <param name="prepare">Prepares the corpus and takes what is found in it; null: it is prepared already.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public OverlapRecord Compare(string corpusKey, CorpusSpec corpus, TokenizerFile? tokenizer, int vocabulary, Action<CorpusFindings>? prepare, CancellationToken cancellationToken)
    {
        var name = $"prepare/{ContentKey.Of("overlap/1", corpusKey, identity, tokenizer is null)}/overlap.msgpack";
        Artifact = name;
        if (prepare is null && store.Exists(name))
        {
            return MessagePackSerializer.Deserialize<OverlapRecord>(File.ReadAllBytes(store.Fetch(name)), cancellationToken: cancellationToken);
        }

        TextSet[] sets = [.. queries, .. classifiers, .. prompts is null ? Array.Empty<TextSet>() : [prompts]];
        var findings = new CorpusFindings(new CorpusSearch(sets));
        if (prepare is null)
        {
            findings.Scan(corpus, tokenizer, vocabulary, cancellationToken);
        }
        else
        {
            prepare(findings);
        }

        var found = new OverlapRecord
        {
            Sets = [.. Pairs().Select(pair => SetOverlap.Compare(pair.First, pair.Second))],
            Corpus = findings.HasText ? findings.Complete() : [],
            NotCompared = findings.HasText ? notCompared : [.. notCompared, "corpus"],
        };
        store.Put(name, stream => MessagePackSerializer.Serialize(stream, found));
        return found;
    }

    private IEnumerable<(TextSet First, TextSet Second)> Pairs()
    {
        TextSet[] labelled = [.. queries, .. classifiers];
        foreach (var (first, index) in labelled.Select((set, index) => (set, index)))
        {
            foreach (var second in labelled.Skip(index + 1))
            {
                yield return (first, second);
            }
        }

        if (prompts is null)
        {
            yield break;
        }

        foreach (var set in labelled)
        {
            yield return (set, prompts);
        }

        if (queries.Count > 1)
        {
            yield return (new TextSet(OverlapRecord.AllQueries, [.. queries.SelectMany(set => set.Texts)]), prompts);
        }
    }
}
