using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>
/// Scores every label j of a sequence by the derivative of its own loss along a preconditioned query gradient:
/// S_j = u · ∇L_j (Eq. 8 of the IF-Guide paper), by one forward pass for any number of u.
/// </summary>
/// <remarks>
/// Positive: learning the token lowers the loss of the toxic queries relative to the clean ones. The scores of a sequence sum to u · ∇(Σ_j L_j),
/// the sum that position-wise scores have too. A direction's scores are, byte for byte, those of a scorer with that direction alone.
/// </remarks>
public sealed class TokenScorer : ITokenScorer
{
    private const string Computation = "token scores";

    private readonly CausalLanguageModel model;
    private readonly Directions directions;
    private readonly NextTokenHead head;

    /// <summary>Prepares one direction for many batches.</summary>
    /// <param name="model">The model; borrowed.</param>
    /// <param name="direction">u, as below.</param>
    /// <exception cref="ArgumentException">A name is no tracked layer, or a shape is not its layer's.</exception>
    /// <exception cref="NonFiniteException">A matrix of the direction is not finite in the model's precision.</exception>
    public TokenScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction) : this(model, [direction]) { }

    /// <summary>Prepares directions for many batches.</summary>
    /// <param name="model">The model; borrowed.</param>
    /// <param name="directions">At least one; each u per tracked layer name, [out, in(+1)] with the bias as last column, any precision and device; copied. Layers left out have u = 0.</param>
    /// <exception cref="ArgumentException">A name is no tracked layer, or a shape is not its layer's.</exception>
    /// <exception cref="NonFiniteException">A matrix of the direction is not finite in the model's precision.</exception>
    public TokenScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions)
    {
        this.directions = new Directions(model, directions, complete: false);
        this.model = model;
        head = new NextTokenHead(model.Unembedding);
        if (this.directions.FindNonFinite() is { } infinite)
        {
            Dispose();
            throw new NonFiniteException(Computation, infinite, "direction", [], "Precondition with a larger damping, or compute in float32.");
        }
    }

    /// <summary>Scores one batch along the first direction, with the work of all.</summary>
    /// <param name="batch">Sequences on the model's device.</param>
    /// <returns>As <see cref="Scores"/>.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation or a score is not finite.</exception>
    public Tensor Score(TokenBatch batch) => Scores(batch)[0];

    /// <summary>Scores one batch along every direction.</summary>
    /// <param name="batch">Sequences on the model's device.</param>
    /// <returns>For each direction S_j at label index j, [B, T], float32 (float64 for a float64 model); 0 in column 0 and without a label. In the caller's dispose scope.</returns>
    /// <exception cref="NonFiniteException">A weight, an activation or a score is not finite.</exception>
    public IReadOnlyList<Tensor> Scores(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, new ForwardPass { Directions = directions.All });
        var scores = head.Tangents(hidden, batch.Labels);
        if (!FiniteCheck.AllFinite(scores))
        {
            // Only a captured pass knows the layers: it names the first one that went wrong.
            using var pass = CapturedPass.Run(model, head, batch, LabelSource.Empirical);
            pass.ThrowIfNotFinite(Computation, [.. scores.Select(score => ("(token scores)", score))]);
        }

        return [.. scores.Select(score => score.MoveToOuterDisposeScope())];
    }

    /// <summary>Frees the directions.</summary>
    public void Dispose()
    {
        head.Dispose();
        directions.Dispose();
    }
}
