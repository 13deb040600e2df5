using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

public sealed class ActivationCaptureTests
{
    [Theory]
    [InlineData("tiny_neox", "toxic")]
    [InlineData("tiny_neox", "nontoxic")]
    [InlineData("tiny_llama", "toxic")]
    [InlineData("tiny_llama", "nontoxic")]
    public void Backward_OfQueries_GivesReferenceWeightGradients(string name, string set)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(name);
        using var capture = new ActivationCapture();
        var layers = Capture(model, Golden.Batch(name, set), capture);
        var expected = Golden.Tensors($"{name}/query/{set}_aggregated_gradient.f64.safetensors");
        Assert.Equal(model.TrackedLayers.Select(layer => layer.Name), layers.Select(layer => layer.Layer.Name));
        foreach (var (layer, input, gradient) in layers)
        {
            var (a, g) = (input.flatten(0, 1), gradient.flatten(0, 1));
            var sum = g.t().mm(a);
            var actual = layer.HasBias ? cat([sum, g.sum([0L]).unsqueeze(1)], 1) : sum;
            Assert.Equal([layer.Outputs, layer.Inputs], actual.shape);
            // Files stored as float32 are rounded by 6e-8.
            TensorAssert.Close(expected[layer.Name], actual, expected[layer.Name].dtype == ScalarType.Float64 ? 1e-9 : 2e-7, layer.Name);
        }
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void InputGroup_OfLayersThatReadOneActivation_IsShared(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(name);
        using var capture = new ActivationCapture();
        foreach (var group in Capture(model, Golden.Batch(name, "plain"), capture).GroupBy(layer => layer.Layer.InputGroup))
        {
            Assert.Equal(group.Key, group.First().Layer.Name);
            Assert.All(group, layer => Assert.Equal(0, layer.Input.sub(group.First().Input).abs().max().item<double>()));
        }
    }

    [Fact]
    public void Backward_OfTrainableModel_ComputesNoWeightGradients()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        using var capture = new ActivationCapture();
        foreach (var weight in model.Weights.Values)
        {
            weight.requires_grad_(true);
        }

        Capture(model, Golden.Batch("tiny_neox", "plain"), capture);
        model.Unembedding.grad = null; // reached by the test's own loss, not by the capture
        Assert.All(model.Weights.Values, weight => Assert.True(weight.grad is null));
    }

    private static IReadOnlyList<CapturedLayer> Capture(CausalLanguageModel model, TokenBatch batch, ActivationCapture capture)
    {
        var hidden = model.Hidden(batch.InputIds, batch.AttentionMask, new ForwardPass { Capture = capture }).Value;
        var leaf = hidden.detach().requires_grad_(true);
        var logits = leaf.matmul(model.Unembedding.t());
        var length = batch.InputIds.shape[1];
        nn.functional.cross_entropy(
            logits.narrow(1, 0, length - 1).flatten(0, 1),
            batch.Labels.narrow(1, 1, length - 1).flatten(),
            ignore_index: TokenBatch.NoLabel,
            reduction: nn.Reduction.Sum).backward();
        return capture.Backward(hidden, leaf.grad!);
    }
}
