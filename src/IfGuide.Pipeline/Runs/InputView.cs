using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Runs;

/// <summary>Prepared inputs, and the store that holds them.</summary>
internal class InputView
{
    public required PreparedInputs Inputs { get; init; }

    public required BlockingStore Store { get; init; }

    public CancellationToken CancellationToken => Store.CancellationToken;
}
