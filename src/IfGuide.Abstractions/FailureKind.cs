namespace IfGuide.Abstractions;

/// <summary>What kind of thing made a unit or a run fail, for those who must decide what to do about it. The numbers are wire and record format.</summary>
public enum FailureKind
{
    /// <summary>IfGuide or its surroundings: the unit would fail again.</summary>
    Internal = 0,
    /// <summary>The user's input or arguments.</summary>
    User = 1,
    /// <summary>The store could not be reached; it may be later, without anybody's help.</summary>
    StoreUnavailable = 2,
    /// <summary>The store refused: it is full, or access is denied. Somebody must act.</summary>
    StoreRefused = 3,
    /// <summary>An artifact's bytes are damaged; <see cref="RunFailure.Artifact"/> names it.</summary>
    ArtifactCorrupt = 4,
    /// <summary>An artifact that was there when the unit was planned is gone; <see cref="RunFailure.Artifact"/> names it.</summary>
    ArtifactMissing = 5,
    /// <summary>The silo stops, or its queue is full: it hands the unit back, and another may compute it.</summary>
    HandedBack = 6,
}
