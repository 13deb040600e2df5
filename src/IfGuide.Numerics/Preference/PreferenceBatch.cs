using static TorchSharp.torch;

namespace IfGuide.Numerics.Preference;

/// <summary>Pairs as one batch: the preferred texts, then the rejected ones, padded on the right.</summary>
internal static class PreferenceBatch
{
    /// <summary>The batch, [2n, T], T the longest text's; tensors in the caller's scope.</summary>
    public static TokenBatch Create(IReadOnlyList<PreferencePair> pairs, Device device)
    {
        PreferenceText[] texts = [.. pairs.Select(pair => pair.Preferred), .. pairs.Select(pair => pair.Rejected)];
        var length = texts.Max(text => text.Tokens.Count);
        var ids = new long[texts.Length * length];
        var labels = new long[ids.Length];
        var attended = new long[ids.Length];
        for (var row = 0; row < texts.Length; row++)
        {
            var (from, to) = (row * length, (row + 1) * length);
            Write(texts[row], ids.AsSpan(from..to), labels.AsSpan(from..to), attended.AsSpan(from..to));
        }

        var mask = attended.Contains(0) ? Place(attended) : null;
        return new TokenBatch(Place(ids), Place(labels), mask, [.. Enumerable.Range(0, texts.Length).Select(row => (long)row)]);

        Tensor Place(long[] values) => tensor(values).reshape(texts.Length, length).to(device);
    }

    private static void Write(PreferenceText text, Span<long> ids, Span<long> labels, Span<long> attended)
    {
        labels.Fill(TokenBatch.NoLabel);
        for (var t = 0; t < text.Tokens.Count; t++)
        {
            ids[t] = text.Tokens[t];
            attended[t] = 1;
            if (t >= text.FirstLabel)
            {
                labels[t] = text.Tokens[t];
            }
        }
    }
}
