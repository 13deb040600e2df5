using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Training;

/// <summary>The mean of what the workers of a round have of one tensor.</summary>
public static class WorkerMean
{
    /// <summary>Computes the mean in the workers' order and in float64, so that the bytes depend on nothing else.</summary>
    /// <param name="ofWorkers">The tensor of each worker, all of one shape; each is disposed of.</param>
    /// <returns>Their mean, float64; the caller's scope owns it.</returns>
    /// <exception cref="ArgumentException">There is no worker.</exception>
    public static Tensor Compute(IEnumerable<Tensor> ofWorkers)
    {
        ArgumentNullException.ThrowIfNull(ofWorkers);
        using var graph = no_grad();
        Tensor? mean = null;
        var workers = 0;
        foreach (var tensor in ofWorkers)
        {
            using var own = tensor;
            if (mean is null)
            {
                mean = own.to(ScalarType.Float64, copy: true);
            }
            else
            {
                using var wide = own.to(ScalarType.Float64);
                mean.AddInPlace(wide);
            }

            workers++;
        }

        if (mean is null)
        {
            throw new ArgumentException("A mean needs the tensor of at least one worker.", nameof(ofWorkers));
        }

        return mean.TimesInPlace(1.0 / workers);
    }
}
