using System.Runtime.InteropServices;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Randomness;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Sampling;

/// <summary>Samples continuations of prompts with a key-value cache.</summary>
/// <remarks>
/// Prompts of equal length are decoded together, so nothing is padded; the samples of a prompt share its first pass. Every token's random
/// number is counted by (prompt, sample, token): batches and their order change nothing but the rounding of the model's products.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="options">Number and kind of samples.</param>
/// <param name="rewarded">Weights the model's predictions by a reward; null: takes them as they are.</param>
public sealed class ContinuationSampler(CausalLanguageModel model, SamplingOptions options, RewardedDecoding? rewarded = null)
{
    private readonly NucleusSampler nucleus = new(options.TopP);
    private readonly RewardedDistribution? distribution = rewarded is null ? null : new(rewarded);

    /// <summary>Samples continuations of every prompt.</summary>
    /// <param name="prompts">The prompts, in any order.</param>
    /// <param name="progress">Told the number of finished continuations after every batch.</param>
    /// <param name="cancellation">Looked at between tokens.</param>
    /// <returns>For every prompt, in the given order, its samples' tokens.</returns>
    /// <exception cref="ArgumentException">A setting is impossible, or a prompt is empty or leaves no room for its continuation; the message names it.</exception>
    public IReadOnlyList<IReadOnlyList<int[]>> Sample(IReadOnlyList<Prompt> prompts, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        foreach (var prompt in prompts)
        {
            Check(prompt);
        }

        var results = prompts.Select(_ => new int[options.Samples][]).ToArray();
        long done = 0;
        var work = from place in Enumerable.Range(0, prompts.Count)
                   from sample in Enumerable.Range(0, options.Samples)
                   select new Continuation(place, prompts[place], sample);
        foreach (var group in work.GroupBy(item => item.Prompt.Tokens.Count).OrderBy(group => group.Key))
        {
            foreach (var batch in group.Chunk(options.BatchSize))
            {
                Decode(batch, cancellation);
                foreach (var item in batch)
                {
                    results[item.Place][item.Sample] = [.. item.Tokens];
                }

                progress?.Invoke(done += batch.Length);
            }
        }

        return results;
    }

    /// <summary>One continuation in the making.</summary>
    private sealed record Continuation(int Place, Prompt Prompt, int Sample)
    {
        public List<int> Tokens { get; } = [];

        public double Uniform(ulong seed) =>
            CounterRandom.Uniform(seed, RandomPurpose.Continuations, Prompt.Index, ((long)Sample << 32) | (uint)Tokens.Count);
    }

    private void Check(Prompt prompt)
    {
        if (prompt.Tokens.Count == 0)
        {
            throw new ArgumentException($"Prompt {prompt.Index} is empty: expected at least one token, e.g. the end-of-text token.");
        }

        if (prompt.Tokens.Count + options.MaxNewTokens > model.Configuration.MaximumPositions)
        {
            throw new ArgumentException(
                $"Prompt {prompt.Index} has {prompt.Tokens.Count} tokens and {options.MaxNewTokens} are to follow, but the model has {model.Configuration.MaximumPositions} positions: shorten the prompt or max_new_tokens.");
        }
    }

    private void Decode(Continuation[] batch, CancellationToken cancellation)
    {
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(batch[0].Prompt.Tokens.Count + options.MaxNewTokens);
        var distinct = batch.Select(item => item.Place).Distinct().ToList();
        var prompts = distinct.Select(place => batch.First(item => item.Place == place).Prompt);
        var ids = prompts.SelectMany(prompt => prompt.Tokens.Select(token => (long)token)).ToArray();
        var probabilities = Predict(tensor(ids).reshape(distinct.Count, -1), cache);
        var rows = batch.Select(item => (long)distinct.IndexOf(item.Place)).ToArray();
        Keep(cache, rows);
        var active = batch.ToList();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var kept = Draw(active, probabilities, rows);
            if (kept.Count == 0)
            {
                return;
            }

            if (kept.Count < active.Count)
            {
                Keep(cache, [.. kept.Select(row => (long)row)]);
                active = [.. kept.Select(row => active[row])];
            }

            probabilities.Dispose();
            using var inner = NewDisposeScope();
            var last = tensor(active.Select(item => (long)item.Tokens[^1]).ToArray()).unsqueeze(1);
            probabilities = Predict(last, cache).MoveToOuterDisposeScope();
            rows = [.. Enumerable.Range(0, active.Count).Select(row => (long)row)];
        }
    }

    /// <summary>Appends one token to every continuation; returns the places of those that go on.</summary>
    private List<int> Draw(List<Continuation> active, Tensor probabilities, long[] rows)
    {
        var values = MemoryMarshal.Cast<byte, float>(probabilities.bytes);
        var bad = values.IndexOfAnyExceptInRange(0f, float.MaxValue);
        if (bad >= 0)
        {
            throw new InvalidDataException($"The model's prediction holds {values[bad]}: its weights overflow on these prompts; evaluate another checkpoint or use float32.");
        }

        var vocabulary = (int)probabilities.shape[1];
        var kept = new List<int>();
        for (var place = 0; place < active.Count; place++)
        {
            var item = active[place];
            var predicted = values.Slice((int)rows[place] * vocabulary, vocabulary);
            var token = nucleus.Draw(distribution is null ? predicted : distribution.Of(predicted, item.Tokens), item.Uniform(options.Seed));
            if (token == options.EndOfText)
            {
                continue;
            }

            item.Tokens.Add(token);
            if (item.Tokens.Count < options.MaxNewTokens)
            {
                kept.Add(place);
            }
        }

        return kept;
    }

    /// <summary>Probabilities of the token after the last one, [B, V] float32 in ordinary memory; extends the cache.</summary>
    private Tensor Predict(Tensor ids, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(ids.to(model.Device), null, new ForwardPass { Cache = cache }).Value;
        var logits = hidden.select(1, hidden.shape[1] - 1).mm(model.Unembedding.t());
        return nn.functional.softmax(logits.to(ScalarType.Float32), 1).cpu().contiguous().MoveToOuterDisposeScope();
    }

    private void Keep(KeyValueCache cache, long[] rows)
    {
        using var scope = NewDisposeScope();
        cache.Keep(tensor(rows).to(model.Device));
    }
}
