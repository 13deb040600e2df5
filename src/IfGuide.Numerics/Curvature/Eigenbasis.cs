using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>Eigenvalues and eigenvectors of one mean covariance.</summary>
/// <param name="Values">Ascending, [size], float64.</param>
/// <param name="Vectors">In columns, [size, size], float64; signs, and bases of equal eigenvalues, are arbitrary.</param>
public sealed record Eigenpairs(Tensor Values, Tensor Vectors);

/// <summary>The basis in which a layer's curvature is taken to be diagonal.</summary>
public static class Eigenbasis
{
    /// <summary>Decomposes sum / count, symmetrised, in float64.</summary>
    /// <param name="name">The layer's name, for errors.</param>
    /// <param name="covarianceSum">Σ x xᵀ, [size, size], any floating type.</param>
    /// <param name="count">Number of rows summed: the attended tokens.</param>
    /// <returns>The caller's scope owns both tensors.</returns>
    /// <exception cref="NonFiniteException">The sum holds NaN or Infinity.</exception>
    public static Eigenpairs Decompose(string name, Tensor covarianceSum, long count)
    {
        if (covarianceSum.dim() != 2 || covarianceSum.shape[0] != covarianceSum.shape[1])
        {
            throw new ArgumentException($"The covariance of layer '{name}' has shape [{string.Join(", ", covarianceSum.shape)}]; expected a square matrix.", nameof(covarianceSum));
        }

        if (count <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The covariance of layer '{name}' was summed over no token: the factor corpus is empty or holds padding only.");
        }

        using var scope = NewDisposeScope();
        var mean = covarianceSum.to_type(ScalarType.Float64).Over(count);
        FiniteCheck.ThrowIfNotFinite("eigendecomposition", name, "covariance", mean, "Compute the covariances again; if it recurs, the model's weights or the precision are at fault.");
        var (values, vectors) = linalg.eigh(mean.Plus(mean.t()).Times(0.5));
        return new Eigenpairs(values.MoveToOuterDisposeScope(), vectors.contiguous().MoveToOuterDisposeScope());
    }
}
