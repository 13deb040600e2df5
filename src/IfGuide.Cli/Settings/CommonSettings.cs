namespace IfGuide.Cli.Settings;

/// <summary>The options that every command understands.</summary>
internal sealed record CommonSettings
{
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
}
