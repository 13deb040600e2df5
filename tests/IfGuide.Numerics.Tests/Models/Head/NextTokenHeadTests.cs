using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models.Head;

public sealed class NextTokenHeadTests
{
    [Theory]
    [InlineData("tiny_neox", "plain", "plain/token_loss")]
    [InlineData("tiny_neox", "padded", "padded/token_loss")]
    [InlineData("tiny_neox", "toxic", "query/toxic_token_loss")]
    [InlineData("tiny_neox", "nontoxic", "query/nontoxic_token_loss")]
    [InlineData("tiny_llama", "plain", "plain/token_loss")]
    [InlineData("tiny_llama", "padded", "padded/token_loss")]
    [InlineData("tiny_llama", "toxic", "query/toxic_token_loss")]
    [InlineData("tiny_llama", "nontoxic", "query/nontoxic_token_loss")]
    public void TokenLosses_OfGoldenModel_EqualReferenceShiftedToLabels(string name, string set, string file)
    {
        using var scope = NewDisposeScope();
        var batch = Golden.Batch(name, set);
        var reference = Golden.Array($"{name}/{file}.f64.npy");
        var expected = zeros_like(reference);
        expected.narrow(1, 1, expected.shape[1] - 1).copy_(reference.narrow(1, 0, expected.shape[1] - 1));
        foreach (var (precision, tolerance) in new[] { (ScalarType.Float64, 1e-9), (ScalarType.Float32, 1e-5) })
        {
            using var model = Golden.Model(name, precision);
            using var head = new NextTokenHead(model.Unembedding);
            var losses = head.TokenLosses(model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value, batch.Labels);
            Assert.Equal(precision, losses.dtype);
            TensorAssert.Close(expected, losses, tolerance, $"{precision}");
        }
    }

    /// <summary>Two sequences of 300 tokens: three chunks, the last one short, and rows without a label between them.</summary>
    [Fact]
    public void Gradient_OverSeveralChunks_EqualsAutograd()
    {
        using var scope = NewDisposeScope();
        var setting = new Setting(2, 300);
        var (hidden, unembedding) = (setting.Hidden.clone().requires_grad_(true), setting.Unembedding.clone().requires_grad_(true));
        var expected = setting.Losses(hidden, unembedding);
        expected.sum().backward();
        using var head = new NextTokenHead(setting.Unembedding);
        var actual = head.Gradient(setting.Hidden, setting.Batch);
        TensorAssert.Close(expected, actual.Losses, 1e-13, "losses");
        TensorAssert.Close(hidden.grad!, actual.Hidden, 1e-13, "hidden");
        Assert.True(actual.Labels.narrow(1, 1, 299).eq(setting.Batch.Labels.narrow(1, 1, 299)).all().item<bool>());
    }

    /// <summary>An objective that differs by token and bends: unlikelihood, −log(1 − exp(−L)), on a third of the tokens and 2 L on the others.</summary>
    [Fact]
    public void Gradient_OfWeightedObjective_EqualsAutograd()
    {
        using var scope = NewDisposeScope();
        var setting = new Setting(2, 300);
        var (hidden, unembedding) = (setting.Hidden.clone().requires_grad_(true), setting.Unembedding.clone().requires_grad_(true));
        var losses = setting.Losses(hidden, unembedding);
        var third = arange(600).remainder(3).eq(0).view(2, 300);
        var labelled = losses.detach().ne(0);
        where(third, losses.neg().exp().neg().log1p().neg(), losses * 2).masked_select(labelled).sum().backward();
        using var head = new NextTokenHead(setting.Unembedding);
        var total = ones_like(setting.Unembedding);
        var actual = head.Gradient(setting.Hidden, setting.Batch, weighting: (loss, places) => where(
            third.flatten().index_select(0, places), (loss.exp() - 1).reciprocal().neg(), full_like(loss, 2)), unembeddingGradient: total);
        TensorAssert.Close(hidden.grad!, actual.Hidden, 1e-12, "hidden");
        TensorAssert.Close(unembedding.grad!, total - 1, 1e-12, "unembedding");
    }

    [Fact]
    public void Tangents_OverSeveralChunks_EqualDifferences()
    {
        using var scope = NewDisposeScope();
        var setting = new Setting(2, 300);
        using var head = new NextTokenHead(setting.Unembedding);
        var moved = setting.Hidden.flip(0, 2);
        var actual = Assert.Single(head.Tangents(new Dual(setting.Hidden, moved), setting.Batch.Labels));
        TensorAssert.Close(Derivative.AtZero(step => setting.Losses(setting.Hidden + moved * step, setting.Unembedding)), actual, 1e-9);
        Assert.Equal(0, head.Tangents(new Dual(setting.Hidden, [null]), setting.Batch.Labels)[0].abs().max().item<double>());
    }

    [Fact]
    public void Losses_OfVeryUnlikelyLabel_StayFinite()
    {
        using var scope = NewDisposeScope();
        using var head = new NextTokenHead(eye(3));
        var hidden = tensor(new float[] { 0, 500, -500, 0, 0, 0 }).view(1, 2, 3);
        var losses = head.TokenLosses(hidden, tensor(new long[] { 0, 2 }).view(1, 2));
        Assert.Equal(1000f, losses[0, 1].item<float>());
    }

    [Fact]
    public void Head_WithoutAnyLabel_GivesZeros()
    {
        using var scope = NewDisposeScope();
        var setting = new Setting(2, 9);
        var batch = setting.Batch with { Labels = full_like(setting.Batch.Labels, TokenBatch.NoLabel) };
        using var head = new NextTokenHead(setting.Unembedding);
        var gradient = head.Gradient(setting.Hidden, batch, new LabelSampling(1, Randomness.RandomPurpose.LambdaLabels));
        Assert.Equal(0, gradient.Losses.abs().max().item<double>());
        Assert.Equal(0, gradient.Hidden.abs().max().item<double>());
        Assert.Equal(setting.Hidden.shape, gradient.Hidden.shape);
    }

    [Fact]
    public void Head_InBFloat16_FollowsFloat64()
    {
        using var scope = NewDisposeScope();
        var setting = new Setting(2, 300);
        using var exact = new NextTokenHead(setting.Unembedding);
        using var half = new NextTokenHead(setting.Unembedding.to(ScalarType.BFloat16));
        var total = zeros_like(setting.Unembedding).to(ScalarType.BFloat16);
        var expectedTotal = zeros_like(setting.Unembedding);
        var expected = exact.Gradient(setting.Hidden, setting.Batch, unembeddingGradient: expectedTotal);
        var actual = half.Gradient(setting.Hidden.to(ScalarType.BFloat16), setting.Batch, unembeddingGradient: total);
        Assert.Equal((ScalarType.Float32, ScalarType.BFloat16), (actual.Losses.dtype, actual.Hidden.dtype));
        TensorAssert.Close(expected.Losses, actual.Losses, 0.02, "losses");
        TensorAssert.Close(expected.Hidden, actual.Hidden, 0.03, "hidden");
        TensorAssert.Close(expectedTotal, total, 0.03, "unembedding");
    }

    private sealed class Setting
    {
        private const long Vocabulary = 1500; // one whole block of the sampler and a part

        public Setting(long sequences, long length)
        {
            using var generator = new Generator(5);
            Hidden = randn([sequences, length, 12], ScalarType.Float64, generator: generator);
            Unembedding = randn([Vocabulary, 12], ScalarType.Float64, generator: generator);
            var labels = randint(0, Vocabulary, [sequences, length], ScalarType.Int64, generator: generator);
            labels.masked_fill_(arange(sequences * length).remainder(7).eq(3).view(sequences, length), TokenBatch.NoLabel);
            Batch = new TokenBatch(labels, labels, null, [.. Enumerable.Range(0, (int)sequences).Select(row => (long)row)]);
        }

        public Tensor Hidden { get; }

        public Tensor Unembedding { get; }

        public TokenBatch Batch { get; }

        public Tensor Losses(Tensor hidden, Tensor unembedding)
        {
            var (batch, length) = (hidden.shape[0], hidden.shape[1]);
            var losses = nn.functional.cross_entropy(
                hidden.matmul(unembedding.t()).narrow(1, 0, length - 1).flatten(0, 1),
                Batch.Labels.narrow(1, 1, length - 1).flatten(), ignore_index: TokenBatch.NoLabel, reduction: nn.Reduction.None);
            return cat([zeros([batch, 1], ScalarType.Float64), losses.view(batch, length - 1)], 1);
        }
    }
}
