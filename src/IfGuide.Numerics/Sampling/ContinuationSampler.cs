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
    /// <param name="progress">Receives the number of finished continuations after every batch.</param>
    /// <param name="cancellation">Stops the sampling between two tokens.</param>
    /// <returns>For every prompt, in the given order, its samples' tokens.</returns>
    /// <exception cref="ArgumentException">
    /// A setting is impossible, or a prompt is empty or leaves no room for its continuation; the message names it.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<int[]>> Sample(
        IReadOnlyList<SamplingPrompt> prompts, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        foreach (var prompt in prompts)
        {
            Check(prompt);
        }

        var results = prompts.Select(_ => new int[options.Samples][]).ToArray();
        long done = 0;
        foreach (var batch in ListBatches(prompts))
        {
            Decode(batch, cancellation);
            foreach (var item in batch)
            {
                results[item.Place][item.Sample] = [.. item.Tokens];
            }

            done += batch.Length;
            progress?.Invoke(done);
        }

        return results;
    }

    /// <summary>All continuations, those of equally long prompts together, the shortest prompts first.</summary>
    private IEnumerable<Continuation[]> ListBatches(IReadOnlyList<SamplingPrompt> prompts)
    {
        var work = from place in Enumerable.Range(0, prompts.Count)
                   from sample in Enumerable.Range(0, options.Samples)
                   select new Continuation(place, prompts[place], sample);
        var byLength = work.GroupBy(item => item.Prompt.Tokens.Count).OrderBy(group => group.Key);
        return byLength.SelectMany(group => group.Chunk(options.BatchSize));
    }

    private void Check(SamplingPrompt prompt)
    {
        if (prompt.Tokens.Count == 0)
        {
            throw new ArgumentException(
                $"Prompt {prompt.Index} is empty: expected at least one token, e.g. the end-of-text token.");
        }

        if (prompt.Tokens.Count + options.MaxNewTokens > model.Configuration.MaximumPositions)
        {
            throw new ArgumentException(
                $"Prompt {prompt.Index} has {prompt.Tokens.Count} tokens and {options.MaxNewTokens} are to follow, "
                    + $"but the model has {model.Configuration.MaximumPositions} positions: "
                    + "shorten the prompt or max_new_tokens.");
        }
    }

    private void Decode(Continuation[] batch, CancellationToken cancellation)
    {
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(batch[0].Prompt.Tokens.Count + options.MaxNewTokens);
        var (probabilities, rows) = ReadPrompts(batch, cache);
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
            probabilities = PredictNext(active, cache);
            rows = [.. Enumerable.Range(0, active.Count).Select(row => (long)row)];
        }
    }

    private Tensor PredictNext(List<Continuation> active, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        long[] last = [.. active.Select(item => (long)item.Tokens[^1])];
        return Predict(tensor(last).unsqueeze(1), cache).MoveToOuterDisposeScope();
    }

    /// <summary>Passes each prompt once and fills the cache with a row for each continuation.</summary>
    /// <returns>Probabilities, [prompts, V], and each continuation's row of them.</returns>
    private (Tensor Probabilities, long[] Rows) ReadPrompts(Continuation[] batch, KeyValueCache cache)
    {
        var places = batch.Select(item => item.Place).Distinct().ToList();
        var prompts = batch.DistinctBy(item => item.Place).Select(item => item.Prompt);
        long[] ids = [.. prompts.SelectMany(prompt => prompt.Tokens).Select(token => (long)token)];
        var probabilities = Predict(tensor(ids).reshape(places.Count, -1), cache);
        long[] rows = [.. batch.Select(item => (long)places.IndexOf(item.Place))];
        Keep(cache, rows);
        return (probabilities, rows);
    }

    /// <summary>Appends one token to every continuation; returns the places of those that go on.</summary>
    private List<int> Draw(List<Continuation> active, Tensor probabilities, long[] rows)
    {
        var values = MemoryMarshal.Cast<byte, float>(probabilities.bytes);
        RequireProbabilities(values);
        var vocabulary = (int)probabilities.shape[1];
        var kept = new List<int>();
        for (var place = 0; place < active.Count; place++)
        {
            var item = active[place];
            var token = DrawToken(item, values.Slice((int)rows[place] * vocabulary, vocabulary));
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

    private int DrawToken(Continuation item, ReadOnlySpan<float> predicted)
    {
        if (distribution is not null)
        {
            predicted = distribution.Compute(predicted, item.Tokens);
        }

        return nucleus.Draw(predicted, item.DrawUniform(options.Seed));
    }

    private static void RequireProbabilities(ReadOnlySpan<float> values)
    {
        var bad = values.IndexOfAnyExceptInRange(0f, float.MaxValue);
        if (bad >= 0)
        {
            throw new InvalidDataException(
                $"The model's prediction holds {values[bad]}: its weights overflow on these prompts; "
                    + "evaluate another checkpoint or use float32.");
        }
    }

    /// <summary>Probabilities of the token after the last one, [B, V] float32 in ordinary memory; extends the cache.</summary>
    private Tensor Predict(Tensor ids, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(ids.to(model.Device), null, new ForwardPass { Cache = cache }).Value;
        var logits = hidden.select(1, hidden.shape[1] - 1).mm(model.Unembedding.t()); // [B, V]
        var probabilities = nn.functional.softmax(logits.to(ScalarType.Float32), 1);
        return probabilities.cpu().contiguous().MoveToOuterDisposeScope();
    }

    private void Keep(KeyValueCache cache, long[] rows)
    {
        using var scope = NewDisposeScope();
        cache.Keep(tensor(rows).to(model.Device));
    }

    /// <summary>One continuation in the making.</summary>
    private sealed record Continuation(int Place, SamplingPrompt Prompt, int Sample)
    {
        public List<int> Tokens { get; } = [];

        public double DrawUniform(ulong seed) =>
            CounterRandom.Uniform(seed, RandomPurpose.Continuations, Prompt.Index, ((long)Sample << 32) | (uint)Tokens.Count);
    }
}
