using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>Which keys each query may read: those up to its own position that are no padding, and always itself.</summary>
/// <remarks>
/// Letting a padding token read itself keeps its row of the softmax finite; no other token reads it, so nothing depends on it.
/// Serves one forward pass.
/// </remarks>
internal sealed class AttentionMask : IDisposable
{
    /// <summary>Up to this length padded batches take one kernel with a mask of T × T.</summary>
    /// <remarks>Longer rows attend from their first token on, and their numbers differ in rounding.</remarks>
    public const int MaxSquareMask = 1024;

    private readonly Tensor? padding;
    private readonly long queries;
    private readonly long start;
    private Tensor? additive;

    /// <param name="attentionMask">[B, keys], 1 for tokens; null: no padding.</param>
    /// <param name="queries">Number of queries.</param>
    /// <param name="start">Position of the first query; keys are the positions 0 .. start + queries − 1.</param>
    public AttentionMask(Tensor? attentionMask, long queries, long start)
    {
        this.queries = queries;
        this.start = start;
        if (attentionMask is not null && attentionMask.IsEqualTo(0).any().item<bool>())
        {
            padding = attentionMask.IsEqualTo(0).unsqueeze(1).unsqueeze(1).DetachFromDisposeScope();
            if (start == 0 && queries > MaxSquareMask)
            {
                Starts = FindFirstTokens(attentionMask);
            }
        }
    }

    /// <summary>For long padded sequences, the first token of each row; null: short ones, or padding among a row's tokens.</summary>
    /// <remarks>From there on causal attention is all there is: no token reads the padding behind the last token.</remarks>
    public IReadOnlyList<long>? Starts { get; }

    /// <summary>Whether the mask of T × T was made.</summary>
    public bool IsSquareMade => additive is not null;

    /// <summary>Whether the square causal mask is all there is.</summary>
    public bool IsCausalOnly => padding is null && start == 0;

    /// <summary>Whether every query may read every key.</summary>
    public bool IsEmpty => padding is null && queries == 1;

    /// <summary>Marks the hidden keys, for queries [from, to) and keys [0, start + to): [B or 1, 1, to − from, keys].</summary>
    public Tensor MarkHidden(long from, long to, Device device)
    {
        var keys = TensorArithmetic.Range(0, start + to, device);
        var positions = TensorArithmetic.Range(start + from, start + to, device).unsqueeze(1);
        var future = keys.gt(positions).unsqueeze(0).unsqueeze(0);
        if (padding is null)
        {
            return future;
        }

        var padded = padding.narrow(3, 0, start + to).logical_and(keys.ne(positions));
        return padded.logical_or_(future);
    }

    /// <summary>0 where a key may be read and −∞ elsewhere, [B or 1, 1, queries, keys]; made once per pass.</summary>
    public Tensor GetAdditive(ScalarType precision, Device device)
    {
        if (additive is null)
        {
            using var scope = NewDisposeScope();
            var hidden = MarkHidden(0, queries, device);
            var made = zeros(hidden.shape, precision, device).FillInPlace(hidden, double.NegativeInfinity);
            additive = made.DetachFromDisposeScope();
        }

        return additive;
    }

    public void Dispose()
    {
        padding?.Dispose();
        additive?.Dispose();
    }

    private static long[]? FindFirstTokens(Tensor attentionMask)
    {
        using var scope = NewDisposeScope();
        var length = (int)attentionMask.shape[1];
        var mask = attentionMask.to(ScalarType.Int64).cpu().data<long>().ToArray();
        var starts = new long[attentionMask.shape[0]];
        for (var row = 0; row < starts.Length; row++)
        {
            var tokens = mask.AsSpan(row * length, length);
            var first = Math.Max(0, tokens.IndexOfAnyExcept(0));
            if (tokens[first..].TrimEnd(0).Contains(0))
            {
                return null;
            }

            starts[row] = first;
        }

        return starts;
    }
}
