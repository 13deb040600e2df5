using IfGuide.Numerics.Evaluation;
using IfGuide.Pipeline.Evaluation;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Reporting;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Units;

/// <summary>Looks into a finished selection: documents with their scores, the tokens suppressed most, agreement with known spans.</summary>
internal sealed class Inspection : IDisposable
{
    private const int ShownTokens = 240;
    private readonly UnitContext context;
    private readonly NpyFile[] scores;
    private readonly NpyFile[] masks;
    private readonly CorpusText? corpus;
    private readonly TokenizerFile? tokenizer;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<(int Start, int End)>>? known;

    public Inspection(UnitContext context)
    {
        this.context = context;
        var shards = Enumerable.Range(0, context.Inputs.Shards);
        scores = [.. shards.Select(shard => NpyFile.Open(context.Store.Fetch(context.Names.Scores(shard))))];
        masks = [.. shards.Select(shard => NpyFile.Open(context.Store.Fetch(context.Names.Mask(shard))))];
        tokenizer = context.Inputs.Tokenizer is { } artifact ? TokenizerFile.Load(context.Store.Fetch(artifact)) : null;
        corpus = context.Inputs.Documents > 0 && tokenizer is not null ? new CorpusText(context) : null;
        known = context.Inputs.Labels is { } labels && corpus is not null ? KnownSpans.Read(context.Store.Fetch(labels)) : null;
    }

    /// <summary>Documents with the most suppressed tokens, most first; sequences where the corpus has no documents.</summary>
    public IReadOnlyList<InspectedDocument> Top(int count) =>
        [.. Ranges().Select(range => (Range: range, Suppressed: Tokens(range).Count(Suppressed), Highest: Tokens(range).Max(Score)))
            .Where(ranked => ranked.Suppressed > 0)
            .OrderByDescending(ranked => ranked.Suppressed)
            .ThenByDescending(ranked => ranked.Highest)
            .ThenBy(ranked => ranked.Range.First)
            .Take(count)
            .Select(ranked => Inspect(ranked.Range))];

    /// <summary>One document by its id; null when there is none.</summary>
    public InspectedDocument? Find(string id) => Ranges().FirstOrDefault(range => range.Id == id) is { } range ? Inspect(range) : null;

    /// <summary>Documents with suppressed tokens, in corpus order, and the ranges of these; none for a corpus without documents.</summary>
    public IEnumerable<SuppressedDocument> SuppressedSpans()
    {
        foreach (var document in corpus?.Documents() ?? [])
        {
            var spans = new List<SuppressedSpan>();
            for (var place = 0; place < document.TokenCount; place++)
            {
                var (token, characters) = (document.FirstToken + place, document.Text.CharacterSpans[place]);
                if (Suppressed(token) && spans.Count > 0 && place > 0 && Suppressed(token - 1))
                {
                    spans[^1] = new SuppressedSpan(spans[^1].Start, characters.End, Math.Max(spans[^1].Score, Score(token)));
                }
                else if (Suppressed(token))
                {
                    spans.Add(new SuppressedSpan(characters.Start, characters.End, Score(token)));
                }
            }

            if (spans.Count > 0)
            {
                yield return new SuppressedDocument(document.Id, document.Source, document.Text.Text, spans);
            }
        }
    }

    /// <summary>Every token with its score, document by document in corpus order; sequence by sequence where the corpus has no documents.</summary>
    public IEnumerable<ScoredDocument> Scored() => corpus is null
        ? Ranges().Select(range => new ScoredDocument(range.Id, [.. Tokens(range).Select((token, place) => new ScoredToken(place, null, null, Score(token)))]))
        : corpus.Documents().Select(document => new ScoredDocument(document.Id, [.. Enumerable.Range(0, document.TokenCount).Select(place => Scored(document, place))]));

    /// <summary>Tokens by how often they are suppressed.</summary>
    public IReadOnlyList<SuppressedToken> MostSuppressed(int count)
    {
        var times = new Dictionary<int, (long Times, double Score)>();
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            using var file = CorpusShardFile.Open(context.Store.Fetch(context.Inputs.ShardArtifact(shard)));
            for (long row = 0; row < file.Sequences; row++)
            {
                var ids = file.InputIds(row);
                var mask = masks[shard].RowSpan<bool>(row, 1);
                var score = scores[shard].RowSpan<float>(row, 1);
                for (var token = 0; token < ids.Length; token++)
                {
                    if (mask[token])
                    {
                        var sum = times.GetValueOrDefault(ids[token]);
                        times[ids[token]] = (sum.Times + 1, sum.Score + score[token]);
                    }
                }
            }
        }

        return [.. times.OrderByDescending(entry => entry.Value.Times).ThenBy(entry => entry.Key).Take(count)
            .Select(entry => new SuppressedToken(tokenizer?.Decode([entry.Key]) ?? $"#{entry.Key}", entry.Value.Times, entry.Value.Score / entry.Value.Times))];
    }

    /// <summary>How well the selection finds the known spans; null when none are known.</summary>
    public KnownSpanAgreement? Agreement()
    {
        if (known is null)
        {
            return null;
        }

        var total = context.Inputs.Sequences * context.Inputs.SequenceLength;
        var truth = new bool[total];
        long spans = 0, touched = 0;
        foreach (var document in corpus!.Documents())
        {
            foreach (var (start, end) in known.GetValueOrDefault(document.Id, []))
            {
                var tokens = document.TokensIn(start, end);
                spans += tokens.Length > 0 ? 1 : 0;
                touched += tokens.Any(Suppressed) ? 1 : 0;
                foreach (var token in tokens)
                {
                    truth[token] = true;
                }
            }
        }

        var quality = default(MaskQuality);
        var all = new float[total];
        for (var shard = 0; shard < context.Inputs.Shards; shard++)
        {
            var first = (int)(context.Inputs.FirstSequence(shard) * context.Inputs.SequenceLength);
            var mask = masks[shard].RowSpan<bool>(0, masks[shard].Rows);
            scores[shard].RowSpan<float>(0, scores[shard].Rows).CopyTo(all.AsSpan(first));
            quality += MaskQuality.Of(mask, truth.AsSpan(first, mask.Length));
        }

        return new KnownSpanAgreement(quality.Known, quality.Precision, quality.Recall, touched, spans, RankingQuality.AveragePrecision(all, truth));
    }

    private ScoredToken Scored(CorpusDocumentText document, int place)
    {
        var characters = document.Text.CharacterSpans[place];
        return new ScoredToken(place, document.Text.Text[characters.Start..characters.End], document.Text.ByteSpans[place].Start, Score(document.FirstToken + place));
    }

    public void Dispose()
    {
        foreach (var file in scores.Concat(masks))
        {
            file.Dispose();
        }
    }

    private IEnumerable<TokenRange> Ranges() => corpus is not null
        ? corpus.Documents().Select(document => new TokenRange(document.Id, document.Source, document.FirstToken, document.TokenCount, document))
        : Enumerable.Range(0, checked((int)context.Inputs.Sequences))
            .Select(sequence => new TokenRange($"sequence {sequence}", null, (long)sequence * context.Inputs.SequenceLength, context.Inputs.SequenceLength, null));

    private InspectedDocument Inspect(TokenRange range)
    {
        var spans = range.Document is null ? null : known?.GetValueOrDefault(range.Id);
        var tokens = Tokens(range).Select((token, place) => new InspectedToken(
            Text(range, place), Score(token), Suppressed(token), spans is not null && spans.Any(span => Overlaps(range.Document!.Text.CharacterSpans[place], span)))).ToArray();
        var hottest = Array.FindIndex(tokens, token => token.Suppressed);
        var first = tokens.Length <= ShownTokens ? 0 : Math.Clamp(hottest - ShownTokens / 3, 0, tokens.Length - ShownTokens);
        var shown = tokens.AsSpan(first, Math.Min(ShownTokens, tokens.Length - first)).ToArray();
        return new InspectedDocument { Id = range.Id, Source = range.Source, Tokens = shown, Before = first, After = tokens.Length - first - shown.Length };
    }

    private string Text(TokenRange range, int place)
    {
        if (range.Document is { } document)
        {
            // A character of several tokens stands once, with its last token.
            var (span, spans) = (document.Text.CharacterSpans[place], document.Text.CharacterSpans);
            return place + 1 < spans.Count && spans[place + 1].Start < span.End ? string.Empty : document.Text.Text[span.Start..span.End];
        }

        var (shard, index) = context.Inputs.Place(range.First + place);
        using var file = CorpusShardFile.Open(context.Store.Fetch(context.Inputs.ShardArtifact(shard)));
        var id = file.InputIds(index / file.Length)[(int)(index % file.Length)];
        return tokenizer?.Decode([id]) ?? $"#{id} ";
    }

    private static bool Overlaps(TextSpan token, (int Start, int End) span) => token.Start < span.End && token.End > span.Start;

    private static IEnumerable<long> Tokens(TokenRange range) => Enumerable.Range(0, range.Count).Select(place => range.First + place);

    private float Score(long token)
    {
        var (shard, index) = context.Inputs.Place(token);
        return scores[shard].RowSpan<float>(index / context.Inputs.SequenceLength, 1)[(int)(index % context.Inputs.SequenceLength)];
    }

    private bool Suppressed(long token)
    {
        var (shard, index) = context.Inputs.Place(token);
        return masks[shard].RowSpan<bool>(index / context.Inputs.SequenceLength, 1)[(int)(index % context.Inputs.SequenceLength)];
    }

    /// <summary>A document, or a sequence of a corpus without documents.</summary>
    private sealed record TokenRange(string Id, string? Source, long First, int Count, CorpusDocumentText? Document);
}
