using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>The outer step of local training in rounds (DiLoCo, arXiv 2311.08105, algorithm 1).</summary>
/// <remarks>Nesterov momentum on the mean of what the workers' weights lost.</remarks>
/// <param name="rate">Outer learning rate; 1 with momentum 0 makes the mean of the workers' weights.</param>
/// <param name="momentum">Outer momentum, in [0, 1).</param>
public sealed class OuterOptimizer(double rate, double momentum)
{
    /// <summary>Takes the step for one weight, as torch's SGD with nesterov does.</summary>
    /// <remarks>g = the mean of (θ − θ_w), v ← μ v + g, θ ← θ − η (g + μ v).</remarks>
    /// <param name="weight">θ of the last round, any shape.</param>
    /// <param name="velocity">v of the last round, of the same shape; null: zero, before the first.</param>
    /// <param name="deltas">θ − θ_w of each worker w, in the workers' order: added up in it, in float64; each is disposed of.</param>
    /// <returns>θ and v, in the precision of the weight; the caller's scope owns them.</returns>
    /// <exception cref="ArgumentException">There is no delta.</exception>
    public (Tensor Weight, Tensor Velocity) Step(Tensor weight, Tensor? velocity, IEnumerable<Tensor> deltas)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(deltas);
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        var mean = WorkerMean.Compute(deltas);
        var next = Accelerate(velocity, mean);
        var change = mean.AddInPlace(next.clone().TimesInPlace(momentum)).TimesInPlace(-rate); // −η (g + μ v)
        var moved = weight.to(ScalarType.Float64, copy: true).AddInPlace(change);
        return (moved.to(weight.dtype).MoveToOuterDisposeScope(), next.to(weight.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>μ v + g.</summary>
    private Tensor Accelerate(Tensor? velocity, Tensor mean)
    {
        if (velocity is null)
        {
            return mean.clone();
        }

        return velocity.to(ScalarType.Float64, copy: true).TimesInPlace(momentum).AddInPlace(mean);
    }
}
