namespace IfGuide.Abstractions;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Being computed.</summary>
    Running,
    /// <summary>Stopped by request.</summary>
    Cancelled,
    /// <summary>Stopped by a failure.</summary>
    Failed,
    /// <summary>Finished.</summary>
    Done,
    /// <summary>Its process died; submitting or resuming it goes on at the last finished unit.</summary>
    Interrupted,
}
