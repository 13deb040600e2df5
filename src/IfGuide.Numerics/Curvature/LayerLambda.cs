using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>One layer's eigenvalue corrections: Σₙ (Q_gᵀ Gₙ Q_a)² with Gₙ = Σₜ gₜ aₜᵀ the gradient of sequence n (EK-FAC: George et al. 2018, Grosse et al. 2023).</summary>
/// <remarks>Without eigenvectors Σₙ Gₙ², the diagonal approximation. The bias' constant 1 is the last column; it is never appended to the activations.</remarks>
public sealed class LayerLambda : IDisposable
{
    /// <summary>Entries of all Gₙ of a batch up to which they are held at once; beyond it sequences take turns in one buffer.</summary>
    private const long BatchedEntries = 1 << 20;

    private readonly bool hasBias;
    private readonly Tensor? activationBasis;
    private readonly Tensor? gradientBasis;
    private readonly Tensor sum;
    private Tensor? gradient;
    private Tensor? rotated;

    /// <summary>Starts at zero.</summary>
    /// <param name="inputs">Width of the activations, without the bias' 1.</param>
    /// <param name="outputs">Width of the output gradients.</param>
    /// <param name="hasBias">True: one more column for the bias.</param>
    /// <param name="activationBasis">Q_a, [inputs (+ 1), inputs (+ 1)], in <paramref name="precision"/>; stays the caller's. Null with <paramref name="gradientBasis"/> null: diagonal.</param>
    /// <param name="gradientBasis">Q_g, [outputs, outputs].</param>
    /// <param name="precision">float32 or float64.</param>
    /// <param name="device">Where the sum lives.</param>
    public LayerLambda(long inputs, long outputs, bool hasBias, Tensor? activationBasis, Tensor? gradientBasis, ScalarType precision, Device device)
    {
        AccumulationPrecision.Check(precision);
        var columns = hasBias ? inputs + 1 : inputs;
        CheckBasis(activationBasis, columns, "activation");
        CheckBasis(gradientBasis, outputs, "gradient");
        if (activationBasis is null != gradientBasis is null)
        {
            throw new ArgumentException("One basis is given and the other is not; expected both, or neither for the diagonal approximation.");
        }

        this.hasBias = hasBias;
        this.activationBasis = activationBasis;
        this.gradientBasis = gradientBasis;
        sum = zeros(outputs, columns, dtype: precision, device: device).DetachFromDisposeScope();
    }

    /// <summary>The sum so far, [outputs, inputs (+ 1)]; owned by this object.</summary>
    public Tensor Sum => sum;

    /// <summary>Rotates activations into the eigenbasis; the bias' 1 becomes Q_a's last row.</summary>
    /// <param name="activations">[sequences, tokens, inputs], any floating type.</param>
    /// <returns>[sequences, tokens, inputs (+ 1)]; the caller's scope owns it.</returns>
    public Tensor RotateActivations(Tensor activations)
    {
        using var scope = NewDisposeScope();
        var basis = activationBasis ?? throw new InvalidOperationException("The diagonal approximation has no basis to rotate into.");
        var (sequences, tokens, inputs) = (activations.shape[0], activations.shape[1], activations.shape[2]);
        var rows = activations.reshape(-1, inputs).to_type(sum.dtype);
        var result = hasBias ? addmm(basis[inputs], rows, basis.narrow(0, 0, inputs), 1, 1) : rows.mm(basis);
        return result.view(sequences, tokens, -1).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the sequences of a batch.</summary>
    /// <param name="activations">a, [sequences, tokens, inputs].</param>
    /// <param name="gradients">g, [sequences, tokens, outputs]: the summed loss' gradient at the layer's output.</param>
    /// <param name="order">Order of the products; without eigenvectors it has no effect.</param>
    /// <param name="rotatedActivations">What <see cref="RotateActivations"/> gave for them, when a layer that shares the input has it already.</param>
    public void Add(Tensor activations, Tensor gradients, RotationOrder order, Tensor? rotatedActivations = null)
    {
        using var scope = NewDisposeScope();
        var rotateActivations = activationBasis is not null && RotationOrders.RotatesActivations(order);
        var rotateGradients = gradientBasis is not null && RotationOrders.RotatesGradients(order);
        var a = rotateActivations ? rotatedActivations ?? RotateActivations(activations) : activations.to_type(sum.dtype);
        var g = gradients.to_type(sum.dtype);
        g = rotateGradients ? g.reshape(-1, g.shape[2]).mm(gradientBasis!).view(g.shape) : g;
        var appendBias = hasBias && !rotateActivations;
        var left = rotateGradients ? null : gradientBasis;
        var right = rotateActivations ? null : activationBasis;
        if (a.shape[0] * sum.NumberOfElements <= BatchedEntries)
        {
            AddTogether(a, g, appendBias, left, right);
        }
        else
        {
            AddInTurn(a, g, appendBias, left, right);
        }
    }

    /// <summary>Frees the sum and the buffers.</summary>
    public void Dispose()
    {
        sum.Dispose();
        gradient?.Dispose();
        rotated?.Dispose();
    }

    private void AddTogether(Tensor a, Tensor g, bool appendBias, Tensor? left, Tensor? right)
    {
        var each = g.transpose(1, 2).bmm(a);
        each = appendBias ? cat([each, g.sum(1L).unsqueeze(2)], 2) : each;
        each = left is null ? each : left.t().matmul(each);
        each = right is null ? each : each.matmul(right);
        sum.AddInPlace(each.mul_(each).sum(0L));
    }

    private void AddInTurn(Tensor a, Tensor g, bool appendBias, Tensor? left, Tensor? right)
    {
        gradient ??= empty_like(sum).DetachFromDisposeScope();
        rotated ??= empty_like(sum).DetachFromDisposeScope();
        for (long n = 0; n < a.shape[0]; n++)
        {
            using var scope = NewDisposeScope();
            var (current, other) = (gradient, rotated);
            var gn = g[n];
            current.narrow(1, 0, a.shape[2]).addmm_(gn.t(), a[n], 0, 1);
            if (appendBias)
            {
                current.select(1, a.shape[2]).copy_(gn.sum(0L));
            }

            if (left is not null)
            {
                other.addmm_(left.t(), current, 0, 1);
                (current, other) = (other, current);
            }

            if (right is not null)
            {
                other.addmm_(current, right, 0, 1);
                (current, other) = (other, current);
            }

            sum.AddProductInPlace(current, current);
        }
    }

    private static void CheckBasis(Tensor? basis, long size, string side)
    {
        if (basis is not null && (basis.dim() != 2 || basis.shape[0] != size || basis.shape[1] != size))
        {
            throw new ArgumentException($"The {side} basis has shape [{string.Join(", ", basis.shape)}]; expected [{size}, {size}].");
        }
    }
}
