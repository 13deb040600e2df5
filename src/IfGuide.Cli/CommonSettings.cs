using IfGuide.Abstractions;

namespace IfGuide.Cli;

/// <summary>The options that every command understands.</summary>
internal sealed record CommonSettings
{
    private const string FileScheme = "file:";

    /// <summary>Where artifacts and records lie.</summary>
    public required string Store { get; init; }

    /// <summary>The cluster; null: embedded.</summary>
    public ClusterSettings? Cluster { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Threads of one tensor operation; null: libtorch's choice.</summary>
    public int? Threads { get; init; }

    /// <summary>Absolute path of the local store.</summary>
    /// <exception cref="UserErrorException">The store is of a kind that this version does not have.</exception>
    public string StoreFolder => Store switch
    {
        _ when Store.StartsWith(FileScheme, StringComparison.Ordinal) && Store.Length > FileScheme.Length => Path.GetFullPath(Store[FileScheme.Length..]),
        _ when Store.StartsWith("azure:", StringComparison.Ordinal) => throw new UserErrorException($"--store '{Store}': this version of IfGuide has the local store only; use file:PATH."),
        _ => throw new UserErrorException($"--store '{Store}' is not a store; expected file:PATH, such as file:./.ifguide."),
    };
}
