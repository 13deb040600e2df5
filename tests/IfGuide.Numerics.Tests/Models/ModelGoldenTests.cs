using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

public sealed class ModelGoldenTests
{
    public static TheoryData<string, string> TrainingSets => new() { { "tiny_neox", "plain" }, { "tiny_neox", "padded" }, { "tiny_llama", "plain" }, { "tiny_llama", "padded" } };

    [Theory]
    [MemberData(nameof(TrainingSets))]
    public void Logits_OfGoldenModel_EqualReference(string name, string set)
    {
        using var scope = NewDisposeScope();
        var batch = Golden.Batch(name, set);
        var expected = Golden.Array($"{name}/{set}/logits.f64.npy");
        // The padded file is stored as float32, which rounds by 6e-8.
        var tolerance = expected.dtype == ScalarType.Float64 ? 1e-9 : 2e-7;
        AssertLogits(name, batch, expected, ScalarType.Float64, tolerance);
        AssertLogits(name, batch, expected, ScalarType.Float32, 1e-5);
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void Logits_OfQueries_EqualReference(string name)
    {
        using var scope = NewDisposeScope();
        var batch = Golden.Batch(name, "toxic");
        var expected = Golden.Array($"{name}/query/toxic_logits.f64.npy");
        var first = new TokenBatch(batch.InputIds.narrow(0, 0, 3), batch.Labels.narrow(0, 0, 3), batch.AttentionMask!.narrow(0, 0, 3), [0, 1, 2]);
        AssertLogits(name, first, expected, ScalarType.Float64, 1e-9);
        AssertLogits(name, first, expected, ScalarType.Float32, 1e-5);
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void TrackedLayers_OfGoldenModel_StandInReferenceOrder(string name)
    {
        using var model = Golden.Model(name);
        var expected = Golden.Json($"{name}/plain/meta.json").GetProperty("modules_in_tracked_order").EnumerateArray().Select(module => module.GetString()!);
        Assert.Equal(expected, model.TrackedLayers.Select(layer => layer.Name));
        Assert.Equal(Enumerable.Range(0, model.TrackedLayers.Count), model.TrackedLayers.Select(layer => layer.Index));
    }

    private static void AssertLogits(string name, TokenBatch batch, Tensor expected, ScalarType precision, double tolerance)
    {
        using var model = Golden.Model(name, precision);
        var logits = model.Hidden(batch.InputIds, batch.AttentionMask, ForwardPass.Plain).Value.matmul(model.Unembedding.t());
        var real = batch.AttentionMask!.to(ScalarType.Bool);
        Assert.True(logits.isfinite().all().item<bool>(), "logits at padding must be finite");
        TensorAssert.Close(expected[real], logits[real], tolerance, $"{name} {precision}");
    }
}
