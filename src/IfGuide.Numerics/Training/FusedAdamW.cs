using IfGuide.Numerics.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>AdamW on flat tensors with torch's fused kernel, which TorchSharp reaches through TorchScript only.</summary>
/// <remarks>
/// Measured on two threads for 70M parameters in 76 tensors: a step of TorchSharp's <c>optim.AdamW</c> takes 347 ms, this one 41 ms.
/// In-place operations on one flat tensor take 190 ms. For 0.5M parameters the three take 1.82, 0.34 and 0.12 to 0.17 ms.
/// All agree to 5e-8 after 20 steps. The moments are ours, so that a checkpoint saves the state byte for byte.
/// </remarks>
internal sealed class FusedAdamW : IDisposable
{
    // Lists come from outside: TorchScript takes a write into a list made inside for dead code and drops the call.
    private const string Script = """
        def step(weights: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], none: List[Tensor], steps: List[Tensor],
                 rate: float, beta1: float, beta2: float, decay: float, epsilon: float) -> None:
            torch._fused_adamw_(weights, gradients, first, second, none, steps,
                                lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)

        """;

    private readonly jit.CompilationUnit script = jit.compile(Script);
    private readonly FlatParameters parameters;
    private readonly TrainingOptions options;
    private readonly Tensor steps;

    public FusedAdamW(FlatParameters parameters, TrainingOptions options)
    {
        using var graph = no_grad();
        (this.parameters, this.options) = (parameters, options);
        FirstMoment = zeros_like(parameters.Weights).DetachFromDisposeScope();
        SecondMoment = zeros_like(parameters.Weights).DetachFromDisposeScope();
        steps = zeros([], ScalarType.Float32, parameters.Weights.device).DetachFromDisposeScope();
    }

    /// <summary>First moments, in the layout of the parameters.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Second moments, in the layout of the parameters.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Updates the weights.</summary>
    /// <param name="step">Steps taken, this one included: the exponent of the bias corrections.</param>
    /// <param name="rate">Learning rate.</param>
    public void Step(long step, double rate)
    {
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        steps.FillInPlace(step);
        Update(0, parameters.Decayed, options.WeightDecay, rate);
        Update(parameters.Decayed, parameters.Weights.shape[0] - parameters.Decayed, 0, rate);
        parameters.PublishWeights();
    }

    public void Dispose()
    {
        script.Dispose();
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        steps.Dispose();
    }

    private void Update(long from, long size, double decay, double rate)
    {
        if (size == 0)
        {
            return;
        }

        Tensor[] Part(Tensor flat) => [flat.narrow(0, from, size)];
        // A plain number could be freed while the arguments are still being gathered (see TensorArithmetic).
        using Scalar heldRate = rate;
        using Scalar beta1 = options.Beta1;
        using Scalar beta2 = options.Beta2;
        using Scalar heldDecay = decay;
        using Scalar epsilon = options.Epsilon;
        script.invoke(
            "step",
            Part(parameters.Weights),
            Part(parameters.Gradient),
            Part(FirstMoment),
            Part(SecondMoment),
            Array.Empty<Tensor>(),
            new[] { steps },
            heldRate,
            beta1,
            beta2,
            heldDecay,
            epsilon);
    }
}
