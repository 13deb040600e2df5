namespace IfGuide.Grains.Membership;

/// <summary>How silos see to it that every one of them reaches every other.</summary>
public sealed record ReachabilityOptions
{
    /// <summary>How often each silo asks each other one.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a silo is not answered before it misses the other. Longer than a busy machine holds up a small call; shorter than clients wait for an answer about a run.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>How recent an answer must be for a silo to count as reached when it is asked about another.</summary>
    public TimeSpan Recent { get; init; } = TimeSpan.FromSeconds(4);
}
