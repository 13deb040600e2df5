using Azure.Core;
using Azure.Storage.Blobs;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>How a store in Azure retries and transfers, and where it keeps what it fetched.</summary>
internal sealed record AzureStoreOptions
{
    /// <summary>Tries after the first.</summary>
    /// <remarks>With <see cref="RetryDelay"/> doubling, the caller does not notice a server that is away for some 15 seconds.</remarks>
    public int Retries { get; init; } = 5;

    /// <summary>Wait before the first retry.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait between tries.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest silence of the server within one try; a block must get through in this time.</summary>
    public TimeSpan NetworkTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of a block of an upload and of a range of a download. What is not longer travels in one request.</summary>
    public int BlockLength { get; init; } = 8 << 20;

    /// <summary>Blocks or ranges of one artifact on their way at once. A transfer's memory is this times <see cref="BlockLength"/>.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>How long an artifact that the server confirmed is taken from the cache without asking again.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where fetched artifacts are kept; null: as the environment says.</summary>
    public ArtifactCache? Cache { get; init; }

    /// <summary>Reads environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The client's own options. Nothing is logged: addresses may hold a signature.</summary>
    public BlobClientOptions CreateClientOptions() => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            MaxRetries = Retries,
            Delay = RetryDelay,
            MaxDelay = MaxRetryDelay,
            NetworkTimeout = NetworkTimeout,
        },
        Diagnostics = { IsLoggingEnabled = false, IsTelemetryEnabled = false },
    };
}
