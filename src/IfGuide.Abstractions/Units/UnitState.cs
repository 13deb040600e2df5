namespace IfGuide.Abstractions.Units;

/// <summary>Where a unit stands.</summary>
public enum UnitState
{
    /// <summary>Waiting for the device.</summary>
    Queued,
    /// <summary>Being computed.</summary>
    Running,
    /// <summary>The artifact is in the store.</summary>
    Done,
    /// <summary>It failed, and would fail again.</summary>
    Failed,
}
