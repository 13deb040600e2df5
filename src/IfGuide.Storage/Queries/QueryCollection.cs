namespace IfGuide.Storage.Queries;

/// <summary>Collects the queries of a set, cuts long ones, and counts what is left out.</summary>
/// <param name="maxLength">Longer queries, in tokens, are cut on the right.</param>
internal sealed class QueryCollection(int maxLength)
{
    private const int NamedLines = 5;

    private readonly List<Query> kept = [];
    private readonly List<long> cutAway = [];
    private long read;
    private long empty;
    private long shortened;

    /// <summary>The queries kept, in order.</summary>
    public IReadOnlyList<Query> Kept => kept;

    /// <summary>Keeps a query if a token that carries loss is left of it.</summary>
    /// <param name="query">The query, not yet cut.</param>
    public void Add(Query query)
    {
        read++;
        var length = query.Tokens.Length;
        if (query.FirstLabel >= length)
        {
            empty++;
        }
        else if (query.FirstLabel >= maxLength)
        {
            cutAway.Add(query.Line);
        }
        else if (length > maxLength)
        {
            shortened++;
            kept.Add(query with { Tokens = query.Tokens[..maxLength] });
        }
        else
        {
            kept.Add(query);
        }
    }

    /// <summary>Counts what was read, kept and left out.</summary>
    /// <param name="path">The file, for messages.</param>
    public QueryCounts Count(string path)
    {
        var lossTokens = kept.Sum(query => (long)query.Tokens.Length - query.FirstLabel);
        return new QueryCounts(read, kept.Count, empty, cutAway.Count, lossTokens)
        {
            Shortened = shortened,
            CutAwayPlaces = DescribeCutAway(path),
        };
    }

    private string DescribeCutAway(string path)
    {
        if (cutAway.Count == 0)
        {
            return string.Empty;
        }

        var lines = string.Join(", ", cutAway.Take(NamedLines));
        var more = cutAway.Count > NamedLines ? ", …" : string.Empty;
        return $"{Path.GetFileName(path)}, line {lines}{more}";
    }
}
