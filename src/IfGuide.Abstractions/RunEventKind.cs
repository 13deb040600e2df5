namespace IfGuide.Abstractions;

/// <summary>What an event tells.</summary>
public enum RunEventKind
{
    /// <summary>The run was submitted or resumed.</summary>
    Started,
    /// <summary>A stage began.</summary>
    StageStarted,
    /// <summary>A stage's progress changed.</summary>
    StageProgress,
    /// <summary>A stage ended.</summary>
    StageDone,
    /// <summary>A unit was lost and issued again.</summary>
    UnitReissued,
    /// <summary>Something worth a person's attention that stops nothing.</summary>
    Warning,
    /// <summary>The run ended well.</summary>
    Done,
    /// <summary>The run failed.</summary>
    Failed,
    /// <summary>The run was cancelled.</summary>
    Cancelled,
}
