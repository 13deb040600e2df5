using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Storage.Corpora.Documents;

/// <summary>Takes records of a corpus that cannot be read: the first one ends the reading, or all are counted.</summary>
/// <param name="onError">What becomes of them.</param>
public sealed class BadRecords(RecordErrors onError)
{
    /// <summary>How many of them are named.</summary>
    public const int Named = 10;

    private readonly List<string> first = [];

    /// <summary>How many there were. What a file holds behind damage counts once.</summary>
    public long Count { get; private set; }

    /// <summary>The first of them: file, place, and what is wrong.</summary>
    public IReadOnlyList<string> First => first;

    /// <summary>Counts a bad record, or refuses it.</summary>
    /// <param name="error">What is wrong with it.</param>
    /// <exception cref="UserErrorException">Such records are refused.</exception>
    public void Add(UserErrorException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (onError == RecordErrors.Refuse)
        {
            var message = $"{error.Message} ('corpus.on_error: skip' leaves such records out and counts them.)";
            throw new UserErrorException(message, error);
        }

        Count++;
        if (first.Count < Named)
        {
            first.Add(error.Message);
        }
    }
}
