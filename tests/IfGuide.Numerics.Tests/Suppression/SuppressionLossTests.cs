using IfGuide.Numerics.Suppression;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Suppression;

public sealed class SuppressionLossTests
{
    public static TheoryData<TokenObjective, double> Objectives => new()
    {
        { TokenObjective.Penalty, 0.7 }, { TokenObjective.Hinge, 0.7 }, { TokenObjective.Unlikelihood, 0.7 }, { TokenObjective.Drop, 0.7 },
        { TokenObjective.Penalty, -1 },
    };

    [Theory]
    [MemberData(nameof(Objectives))]
    public void The_chunked_head_equals_autograd(TokenObjective objective, double weight)
    {
        using var scope = NewDisposeScope();
        var options = new SuppressionOptions(objective, weight, HingeCap: 3.0);
        var (hidden, unembedding, labels, selected) = Batch();
        var states = hidden.clone().requires_grad_(true);
        var matrix = unembedding.clone().requires_grad_(true);
        var expected = ByAutograd(states, matrix, labels, selected, options);
        (expected / 17).backward();

        using var head = new SuppressionHead(options);
        var unembeddingGradient = ones_like(unembedding);
        var (sums, gradient) = head.Backward(hidden, unembedding, labels, selected, 17, unembeddingGradient);

        GoldenLossTests.AssertClose(expected.item<double>(), sums.Objective, 1e-12);
        TensorAssert.Close(states.grad!, gradient, 1e-12);
        TensorAssert.Close(matrix.grad! + 1, unembeddingGradient, 1e-12);
        Assert.Equal(labels.narrow(1, 1, labels.shape[1] - 1).ne(-100).sum().item<long>(), sums.Tokens);
    }

    [Theory]
    [MemberData(nameof(Objectives))]
    public void The_logits_form_equals_the_head(TokenObjective objective, double weight)
    {
        using var scope = NewDisposeScope();
        var options = new SuppressionOptions(objective, weight);
        var (hidden, unembedding, labels, selected) = Batch();
        using var head = new SuppressionHead(options);
        var (sums, gradient) = head.Backward(hidden, unembedding, labels, selected, 5, null);
        var (loss, logitsGradient) = SuppressionLoss.FromLogits(hidden.matmul(unembedding.t()), labels, selected, options, 5);
        GoldenLossTests.AssertClose(sums.Objective / 5, loss, 1e-12);
        TensorAssert.Close(logitsGradient.matmul(unembedding), gradient, 1e-12);
    }

    [Fact]
    public void A_bfloat16_model_has_a_float32_softmax_and_may_gather_its_gradient_in_float32()
    {
        using var scope = NewDisposeScope();
        var (hidden, unembedding, labels, selected) = Batch();
        var (narrowHidden, narrowUnembedding) = (hidden.to(ScalarType.BFloat16), unembedding.to(ScalarType.BFloat16));
        using var head = new SuppressionHead(new SuppressionOptions(TokenObjective.Penalty));
        var sum = zeros_like(unembedding, ScalarType.Float32);
        var (sums, gradient) = head.Backward(narrowHidden, narrowUnembedding, labels, selected, 1, sum);
        var exact = zeros_like(unembedding);
        var (exactSums, exactGradient) = head.Backward(narrowHidden.to(ScalarType.Float64), narrowUnembedding.to(ScalarType.Float64), labels, selected, 1, exact);
        Assert.Equal(ScalarType.BFloat16, gradient.dtype);
        GoldenLossTests.AssertClose(exactSums.TokenLoss, sums.TokenLoss, 0.01);
        TensorAssert.Close(exactGradient, gradient, 0.03);
        TensorAssert.Close(exact, sum, 0.03);
    }

    [Fact]
    public void The_hinge_pushes_below_its_cap_only()
    {
        using var scope = NewDisposeScope();
        var logits = tensor([0f, 4f, 0f, 0f, -9f, 0f, 0f, 0f, 0f]).reshape(1, 3, 3);
        var labels = tensor([-100L, 1L, 1L]).reshape(1, 3);
        var selected = ones(1, 3, ScalarType.Bool);
        var (_, gradient) = SuppressionLoss.FromLogits(logits, labels, selected, new SuppressionOptions(TokenObjective.Hinge), 1);
        Assert.True(gradient[0, 0, 1].item<float>() > 0);
        Assert.Equal(0, gradient[0, 1].abs().sum().item<float>());
    }

    [Fact]
    public void Unlikelihood_moves_a_token_that_the_model_is_certain_of()
    {
        using var scope = NewDisposeScope();
        var logits = tensor([0f, 60f, 0f, 0f, 0f, 0f]).reshape(1, 2, 3);
        var labels = tensor([-100L, 1L]).reshape(1, 2);
        var (loss, gradient) = SuppressionLoss.FromLogits(logits, labels, ones(1, 2, ScalarType.Bool), new SuppressionOptions(TokenObjective.Unlikelihood), 1);
        GoldenLossTests.AssertClose(60 - Math.Log(2), loss, 1e-6);
        Assert.Equal([-0.5f, 1f, -0.5f], gradient[0, 0].data<float>().ToArray());
    }

    [Fact]
    public void A_batch_without_labels_costs_nothing()
    {
        using var scope = NewDisposeScope();
        var (hidden, unembedding, labels, _) = Batch();
        using var head = new SuppressionHead(SuppressionOptions.None);
        var (sums, gradient) = head.Backward(hidden, unembedding, full_like(labels, -100), null, 1, null);
        Assert.Equal(default, sums);
        Assert.Equal(0, gradient.abs().sum().item<double>());
    }

    [Fact]
    public void Nothing_leaks()
    {
        using var scope = NewDisposeScope();
        var (hidden, unembedding, labels, selected) = Batch();
        using var head = new SuppressionHead(new SuppressionOptions(TokenObjective.Unlikelihood));
        head.Backward(hidden, unembedding, labels, selected, 1, null).HiddenGradient.Dispose();
        var before = scope.DisposablesCount;
        head.Backward(hidden, unembedding, labels, selected, 1, null).HiddenGradient.Dispose();
        Assert.Equal(before, scope.DisposablesCount);
    }

    private static Tensor ByAutograd(Tensor hidden, Tensor unembedding, Tensor labels, Tensor selected, SuppressionOptions options)
    {
        var logits = hidden.matmul(unembedding.t());
        var length = labels.shape[1] - 1;
        var next = labels.narrow(1, 1, length).reshape(-1);
        var chosen = selected.narrow(1, 1, length).reshape(-1);
        var loss = nn.functional.cross_entropy(logits.narrow(1, 0, length).reshape(-1, unembedding.shape[0]), next, reduction: nn.Reduction.None, ignore_index: -100);
        var labelled = next.ne(-100).to(loss.dtype);
        var suppressed = options.Objective switch
        {
            TokenObjective.Penalty => loss * -options.PenaltyWeight,
            TokenObjective.Hinge => minimum(loss, tensor(options.HingeCap!.Value)) * -options.PenaltyWeight,
            TokenObjective.Unlikelihood => where(next.ne(-100), (1 - (-loss).exp()), ones_like(loss)).log() * -options.PenaltyWeight,
            _ => loss * 0,
        };
        return (where(chosen, suppressed, loss) * labelled).sum();
    }

    /// <summary>More rows than a chunk holds; ignored labels and selected tokens in the middle of rows.</summary>
    private static (Tensor Hidden, Tensor Unembedding, Tensor Labels, Tensor Selected) Batch()
    {
        var generator = new Generator(5);
        var hidden = randn(5, 61, 8, ScalarType.Float64, generator: generator);
        var unembedding = randn(37, 8, ScalarType.Float64, generator: generator);
        var labels = randint(0, 37, [5, 61], ScalarType.Int64, generator: generator);
        labels = where(rand(5, 61, generator: generator).lt(0.1), full_like(labels, -100), labels);
        return (hidden, unembedding, labels, rand(5, 61, generator: generator).lt(0.3));
    }
}
