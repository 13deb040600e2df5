using IfGuide.Abstractions;

namespace IfGuide.Cli.Progress;

/// <summary>Shows a run's events while it runs.</summary>
internal interface IRunDisplay : IAsyncDisposable
{
    /// <summary>Shows one event.</summary>
    void Show(RunEvent happened);
}
