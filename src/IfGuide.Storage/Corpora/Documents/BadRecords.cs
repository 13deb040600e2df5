using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora.Documents;

/// <summary>Records of a corpus that could not be read: the first ends the reading, or they are counted.</summary>
/// <param name="onError">What becomes of them.</param>
public sealed class BadRecords(RecordErrors onError)
{
    /// <summary>How many of them are named.</summary>
    public const int Named = 10;

    private readonly List<string> first = [];

    /// <summary>How many there were; what a file holds behind damage counts once.</summary>
    public long Count { get; private set; }

    /// <summary>The first of them: file, place, and what is wrong.</summary>
    public IReadOnlyList<string> First => first;

    /// <summary>Takes one.</summary>
    /// <param name="error">What is wrong with it.</param>
    /// <exception cref="UserErrorException">Such records are refused.</exception>
    public void Add(UserErrorException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (onError == RecordErrors.Refuse)
        {
            throw new UserErrorException($"{error.Message} ('corpus.on_error: skip' leaves such records out and counts them.)", error);
        }

        Count++;
        if (first.Count < Named)
        {
            first.Add(error.Message);
        }
    }
}
