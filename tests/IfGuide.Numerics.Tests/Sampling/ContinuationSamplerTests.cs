using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Sampling;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Sampling;

public sealed class ContinuationSamplerTests
{
    private static readonly SamplingOptions Options = new(Samples: 3, MaxNewTokens: 8, TopP: 0.9, Seed: 17, BatchSize: 8);

    private static readonly SamplingPrompt[] Prompts =
        [new(4, [5, 9, 2]), new(7, [11]), new(0, [1, 2, 3]), new(12, [60, 61, 62, 63, 64]), new(3, [9, 9, 9]), new(5, [2])];

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void Depends_neither_on_the_batch_nor_on_the_order(string name)
    {
        using var model = Golden.Model(name, ScalarType.Float32);
        var expected = new ContinuationSampler(model, Options).Sample(Prompts);
        Assert.All(expected, samples => Assert.All(samples, tokens => Assert.Equal(8, tokens.Length)));
        Assert.True(expected.SelectMany(samples => samples).Select(tokens => string.Join(' ', tokens)).Distinct().Count() > 15);
        foreach (var batchSize in new[] { 1, 2, 64 })
        {
            var reversed = new ContinuationSampler(model, Options with { BatchSize = batchSize }).Sample([.. Prompts.Reverse()]);
            Assert.Equal(expected, reversed.Reverse());
        }
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void The_likeliest_tokens_follow_from_a_full_forward_pass(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(name, ScalarType.Float64);
        var greedy = new ContinuationSampler(model, Options with { Samples = 1, TopP = 1e-6 }).Sample(Prompts);
        for (var i = 0; i < Prompts.Length; i++)
        {
            long[] ids = [.. Prompts[i].Tokens.Concat(greedy[i][0]).Select(token => (long)token)];
            var logits = model.Hidden(tensor(ids).unsqueeze(0), null, ForwardPass.Plain).Value[0].mm(model.Unembedding.t());
            var next = logits.argmax(1).data<long>().ToArray();
            Assert.Equal(ids[Prompts[i].Tokens.Count..], next[(Prompts[i].Tokens.Count - 1)..^1]);
        }
    }

    [Fact]
    public void The_end_of_text_ends_a_continuation_and_changes_no_other()
    {
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var free = new ContinuationSampler(model, Options).Sample(Prompts);
        var stop = free[2][1][3];
        var stopped = new ContinuationSampler(model, Options with { EndOfText = stop }).Sample(Prompts);
        var expected = free.Select(samples => samples.Select(tokens => tokens.TakeWhile(token => token != stop).ToArray()));
        Assert.Equal(expected, stopped);
        Assert.Contains(stopped.SelectMany(samples => samples), tokens => tokens.Length < 8);
    }

    [Fact]
    public void An_impossible_prompt_is_refused_by_its_index()
    {
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        var sampler = new ContinuationSampler(model, Options);
        Assert.Contains("Prompt 31", Assert.Throws<ArgumentException>(() => sampler.Sample([new(31, [])])).Message, StringComparison.Ordinal);
        int[] tooLong = [.. Enumerable.Repeat(1, (int)model.Configuration.MaximumPositions - 7)];
        Assert.Contains("Prompt 32", Assert.Throws<ArgumentException>(() => sampler.Sample([new(32, tooLong)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ContinuationSampler(model, Options with { TopP = 0 }).Sample(Prompts));
    }

    [Fact]
    public void Nothing_leaks_and_progress_is_told()
    {
        using var model = Golden.Model("tiny_neox", ScalarType.Float32);
        using var scope = NewDisposeScope();
        var told = new List<long>();
        new ContinuationSampler(model, Options).Sample(Prompts, told.Add, TestContext.Current.CancellationToken);
        Assert.Equal(0, scope.DisposablesCount);
        Assert.Equal(18, told[^1]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => new ContinuationSampler(model, Options).Sample(Prompts, null, cancelled.Token));
    }
}
