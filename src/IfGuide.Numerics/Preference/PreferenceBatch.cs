using static TorchSharp.torch;

namespace IfGuide.Numerics.Preference;

/// <summary>Pairs as one batch: the preferred texts, then the rejected ones, padded on the right.</summary>
internal static class PreferenceBatch
{
    /// <summary>The batch, [2n, T], T the longest text's; tensors in the caller's scope.</summary>
    public static TokenBatch Of(IReadOnlyList<PreferencePair> pairs, Device device)
    {
        PreferenceText[] texts = [.. pairs.Select(pair => pair.Preferred), .. pairs.Select(pair => pair.Rejected)];
        var length = texts.Max(text => text.Tokens.Count);
        long[] ids = new long[texts.Length * length], labels = new long[ids.Length], attended = new long[ids.Length];
        labels.AsSpan().Fill(TokenBatch.NoLabel);
        for (var row = 0; row < texts.Length; row++)
        {
            for (var t = 0; t < texts[row].Tokens.Count; t++)
            {
                var at = row * length + t;
                (ids[at], attended[at]) = (texts[row].Tokens[t], 1);
                labels[at] = t >= texts[row].FirstLabel ? texts[row].Tokens[t] : TokenBatch.NoLabel;
            }
        }

        Tensor Place(long[] values) => tensor(values).reshape(texts.Length, length).to(device);
        return new TokenBatch(Place(ids), Place(labels), attended.Contains(0) ? Place(attended) : null, [.. Enumerable.Range(0, texts.Length).Select(row => (long)row)]);
    }
}
