using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Passes;

/// <summary>Keys and values of earlier tokens, so that decoding one more token costs one token's work.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly long capacity;
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> blocks = [];

    /// <summary>An empty cache.</summary>
    /// <param name="capacity">Max tokens per sequence.</param>
    public KeyValueCache(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        this.capacity = capacity;
    }

    /// <summary>Tokens per sequence held so far.</summary>
    public long Length { get; private set; }

    /// <summary>Keeps some sequences of the batch, in the order given, and drops the others.</summary>
    /// <param name="rows">Their indices, [n] int64.</param>
    public void Keep(Tensor rows)
    {
        foreach (var (index, (keys, values)) in blocks.ToList())
        {
            var keptKeys = keys.index_select(0, rows).DetachFromDisposeScope();
            var keptValues = values.index_select(0, rows).DetachFromDisposeScope();
            blocks[index] = (keptKeys, keptValues);
            keys.Dispose();
            values.Dispose();
        }
    }

    /// <summary>Frees the keys and values.</summary>
    public void Dispose()
    {
        foreach (var (keys, values) in blocks.Values)
        {
            keys.Dispose();
            values.Dispose();
        }

        blocks.Clear();
    }

    /// <summary>Stores keys and values, [B, heads, T, head size], behind those held and returns views of all.</summary>
    internal (Tensor Keys, Tensor Values) Append(int block, Tensor keys, Tensor values)
    {
        var length = keys.shape[2];
        if (Length + length > capacity)
        {
            throw new InvalidOperationException(
                $"The cache holds {Length} of at most {capacity} tokens; {length} more do not fit. Give it a larger capacity.");
        }

        if (!blocks.TryGetValue(block, out var stored))
        {
            stored = (CreateLike(keys), CreateLike(keys));
            blocks[block] = stored;
        }

        stored.Keys.narrow(2, Length, length).copy_(keys);
        stored.Values.narrow(2, Length, length).copy_(values);
        return (stored.Keys.narrow(2, 0, Length + length), stored.Values.narrow(2, 0, Length + length));
    }

    private Tensor CreateLike(Tensor keys)
    {
        long[] shape = [keys.shape[0], keys.shape[1], capacity, keys.shape[3]];
        return empty(shape, keys.dtype, keys.device).DetachFromDisposeScope();
    }

    internal void Advance(long tokens) => Length += tokens;
}
