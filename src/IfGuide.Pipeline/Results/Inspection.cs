using IfGuide.Numerics.Evaluation;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Judges;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Results;

/// <summary>Looks into the finished selection of one behaviour: documents with their scores, the tokens suppressed most, agreement with known spans.</summary>
internal sealed class Inspection : IDisposable
{
    private const int ShownTokens = 240;
    private readonly InputView view;
    private readonly NpyFile[] scores;
    private readonly NpyFile[] masks;
    private readonly CorpusText? corpus;
    private readonly TokenizerFile? tokenizer;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<(int Start, int End)>>? known;

    public Inspection(InputView view, BehaviourNames behaviour)
    {
        this.view = view;
        var shards = Enumerable.Range(0, view.Inputs.Shards);
        scores = [.. shards.Select(shard => NpyFile.Open(view.Store.Fetch(behaviour.Scores(shard))))];
        masks = [.. shards.Select(shard => NpyFile.Open(view.Store.Fetch(behaviour.Mask(shard))))];
        tokenizer = view.Inputs.Tokenizer is { } artifact ? TokenizerFile.Load(view.Store.Fetch(artifact)) : null;
        corpus = view.Inputs.Documents > 0 && tokenizer is not null ? new CorpusText(view) : null;
        known = view.Inputs.Labels is { } labels && corpus is not null ? KnownSpans.Read(view.Store.Fetch(labels)) : null;
    }

    /// <summary>Documents with the most suppressed tokens, most first; sequences where the corpus has no documents.</summary>
    public IReadOnlyList<InspectedDocument> Top(int count)
    {
        var best = new PriorityQueue<DocumentRange, DocumentRank>(count + 1);
        foreach (var range in DocumentRange.Of(view))
        {
            var rank = Rank(range);
            if (rank.Suppressed > 0)
            {
                best.Enqueue(range, rank);
                if (best.Count > count)
                {
                    best.Dequeue();
                }
            }
        }

        return [.. best.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => Inspect(item.Element, ShownTokens))];
    }

    /// <summary>One document by its id, whole; null when there is none.</summary>
    public InspectedDocument? Find(string id) => DocumentRange.Of(view).FirstOrDefault(range => range.Id == id) is { } range ? Inspect(range, range.Count) : null;

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
        ? DocumentRange.Of(view).Select(range => new ScoredDocument(range.Id, [.. Enumerable.Range(0, range.Count).Select(place => new ScoredToken(place, null, null, Score(range.First + place)))]))
        : corpus.Documents().Select(document => new ScoredDocument(document.Id, [.. Enumerable.Range(0, document.TokenCount).Select(place => Scored(document, place))]));

    /// <summary>Tokens by how often they are suppressed.</summary>
    public IReadOnlyList<SuppressedToken> MostSuppressed(int count)
    {
        var times = new Dictionary<int, (long Times, double Score)>();
        for (var shard = 0; shard < view.Inputs.Shards; shard++)
        {
            using var file = CorpusShardFile.Open(view.Store.Fetch(view.Inputs.ShardArtifact(shard)));
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

        var knownScores = new List<float>();
        long spans = 0, touched = 0, found = 0;
        foreach (var document in corpus!.Documents())
        {
            var tokens = new HashSet<long>(); // spans may overlap
            foreach (var (start, end) in known.GetValueOrDefault(document.Id, []))
            {
                var inside = document.TokensIn(start, end);
                spans += inside.Length > 0 ? 1 : 0;
                touched += inside.Any(Suppressed) ? 1 : 0;
                tokens.UnionWith(inside);
            }

            found += tokens.Count(Suppressed);
            knownScores.AddRange(tokens.Select(Score));
        }

        var precision = new AveragePrecision(knownScores);
        var quality = new MaskQuality(found, 0, knownScores.Count);
        for (var shard = 0; shard < view.Inputs.Shards; shard++)
        {
            quality += new MaskQuality(0, masks[shard].RowSpan<bool>(0, masks[shard].Rows).Count(true), 0);
            precision.Add(scores[shard].RowSpan<float>(0, scores[shard].Rows));
        }

        return new KnownSpanAgreement(quality.Known, quality.Precision, quality.Recall, touched, spans, precision.Value);
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

    private DocumentRank Rank(DocumentRange range)
    {
        var (suppressed, highest) = (0, float.NegativeInfinity);
        foreach (var segment in TokenSegment.Of(view.Inputs, range.First, range.Count))
        {
            suppressed += Slice<bool>(masks, segment).Count(true);
            foreach (var score in Slice<float>(scores, segment))
            {
                highest = Math.Max(highest, score);
            }
        }

        return new DocumentRank(suppressed, highest, range.First);
    }

    private ReadOnlySpan<T> Slice<T>(NpyFile[] files, TokenSegment segment)
        where T : unmanaged
    {
        var (row, start) = Math.DivRem(segment.First, view.Inputs.SequenceLength);
        var rows = (start + segment.Count + view.Inputs.SequenceLength - 1) / view.Inputs.SequenceLength;
        return files[segment.Shard].RowSpan<T>(row, rows).Slice((int)start, segment.Count);
    }

    private InspectedDocument Inspect(DocumentRange range, int most)
    {
        var spans = known?.GetValueOrDefault(range.Id);
        var text = corpus?.Read(range);
        var words = text is null ? Words(range) : Words(text);
        var tokens = new InspectedToken[range.Count];
        var place = 0;
        foreach (var segment in TokenSegment.Of(view.Inputs, range.First, range.Count))
        {
            var score = Slice<float>(scores, segment);
            var suppressed = Slice<bool>(masks, segment);
            for (var i = 0; i < segment.Count; i++, place++)
            {
                var isKnown = text is not null && spans is not null && spans.Any(span => Overlaps(text.CharacterSpans[place], span));
                tokens[place] = new InspectedToken(words[place], score[i], suppressed[i], isKnown);
            }
        }

        var hottest = Array.FindIndex(tokens, token => token.Suppressed);
        var first = tokens.Length <= most ? 0 : Math.Clamp(hottest - most / 3, 0, tokens.Length - most);
        var shown = tokens.AsSpan(first, Math.Min(most, tokens.Length - first)).ToArray();
        return new InspectedDocument { Id = range.Id, Source = range.Source, Tokens = shown, Before = first, After = tokens.Length - first - shown.Length };
    }

    /// <summary>The tokens' texts; a character of several tokens stands once, with its last token.</summary>
    private static string[] Words(DocumentText text)
    {
        var spans = text.CharacterSpans;
        return [.. spans.Select((span, place) => place + 1 < spans.Count && spans[place + 1].Start < span.End ? string.Empty : text.Text[span.Start..span.End])];
    }

    private string[] Words(DocumentRange range)
    {
        var ids = new List<int>(range.Count);
        foreach (var segment in TokenSegment.Of(view.Inputs, range.First, range.Count))
        {
            using var file = CorpusShardFile.Open(view.Store.Fetch(view.Inputs.ShardArtifact(segment.Shard)));
            CorpusReader.Append(file, segment.First, segment.Count, ids);
        }

        return [.. ids.Select(id => tokenizer?.Decode([id]) ?? $"#{id} ")];
    }

    private static bool Overlaps(TextSpan token, (int Start, int End) span) => token.Start < span.End && token.End > span.Start;

    private float Score(long token)
    {
        var (shard, index) = view.Inputs.Place(token);
        return scores[shard].RowSpan<float>(index / view.Inputs.SequenceLength, 1)[(int)(index % view.Inputs.SequenceLength)];
    }

    private bool Suppressed(long token)
    {
        var (shard, index) = view.Inputs.Place(token);
        return masks[shard].RowSpan<bool>(index / view.Inputs.SequenceLength, 1)[(int)(index % view.Inputs.SequenceLength)];
    }

    /// <summary>The more suppressed tokens the better; then the higher score, then the earlier document.</summary>
    private readonly record struct DocumentRank(int Suppressed, float Highest, long First) : IComparable<DocumentRank>
    {
        public int CompareTo(DocumentRank other) => (Suppressed, Highest, -First).CompareTo((other.Suppressed, other.Highest, -other.First));
    }
}
