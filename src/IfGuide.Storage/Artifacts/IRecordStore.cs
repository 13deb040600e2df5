namespace IfGuide.Storage.Artifacts;

/// <summary>Small mutable records with optimistic concurrency, beside the artifacts of the same store.</summary>
/// <remarks>They hold the state of grains and the index of runs.</remarks>
public interface IRecordStore
{
    /// <summary>Reads a record; null when there is none.</summary>
    /// <param name="name">The record's name, in the form of an artifact's.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<StoredRecord?> ReadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Writes a record if it still has the tag that the caller read.</summary>
    /// <param name="name">The record's name.</param>
    /// <param name="bytes">Its new bytes.</param>
    /// <param name="tag">The tag read; null: the record must not exist.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The new tag; null when the record has changed since.</returns>
    Task<string?> WriteAsync(string name, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken = default);

    /// <summary>Deletes a record if it still has the tag.</summary>
    /// <param name="name">The record's name.</param>
    /// <param name="tag">The tag read; null: whatever it is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False when the record has changed since.</returns>
    Task<bool> DeleteAsync(string name, string? tag, CancellationToken cancellationToken = default);

    /// <summary>Names of records under a prefix that ends in <c>/</c>, sorted ordinally.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="cancellationToken">Cancels.</param>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken = default);
}
