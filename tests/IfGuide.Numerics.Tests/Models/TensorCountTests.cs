using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Head;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Randomness;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

/// <summary>Tests that count the process's live tensors: nothing may run beside them.</summary>
[CollectionDefinition(nameof(TensorCountCollection), DisableParallelization = true)]
#pragma warning disable CA1515 // xunit finds the definition by reflection
public sealed class TensorCountCollection;
#pragma warning restore CA1515

[Collection(nameof(TensorCountCollection))]
public sealed class TensorCountTests
{
    [Theory]
    [MemberData(nameof(TestModels.Names), MemberType = typeof(TestModels))]
    public void Passes_OfEveryKind_LeaveNoTensors(string name)
    {
        FreeGarbage();
        var before = Tensor.TotalCount;
        using (var model = TestModels.Create(name))
        {
            Passes(model); // fills what the model keeps: rotary tables
            var warm = Tensor.TotalCount;
            Passes(model);
            Assert.Equal(warm, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Results_BelongToTheCallersScope()
    {
        using var model = TestModels.Create("llama");
        Passes(model);
        FreeGarbage();
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            var tokens = TestModels.Tokens(2, 9);
            model.Hidden(tokens, null, ForwardPass.Plain);
            Assert.Equal(before + 2, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    private static void Passes(CausalLanguageModel model)
    {
        using var scope = NewDisposeScope();
        var (tokens, mask) = (TestModels.Tokens(2, 9), TestModels.Mask(2, 9));
        var batch = new TokenBatch(tokens, TestModels.Labels(tokens, mask), mask, [0, 1]);
        var direction = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => ones(layer.Outputs, layer.Inputs, ScalarType.Float64));
        using (var capture = new ActivationCapture())
        using (var head = new NextTokenHead(model.Unembedding))
        {
            var hidden = model.Hidden(tokens, mask, new ForwardPass { Capture = capture }).Value;
            capture.Backward(hidden, head.Gradient(hidden, batch, new LabelSampling(1, RandomPurpose.LambdaLabels)).Hidden);
        }

        using (var scorer = new TokenScorer(model, direction))
        {
            scorer.Score(batch);
        }

        using var cache = new KeyValueCache(9);
        model.Hidden(tokens.narrow(1, 0, 5), null, new ForwardPass { Cache = cache });
        cache.Keep(tensor(new long[] { 1 }));
        model.Hidden(tokens.narrow(0, 1, 1).narrow(1, 5, 4), null, new ForwardPass { Cache = cache });
        using var half = model.Convert(ScalarType.BFloat16, CPU);
        half.Hidden(tokens, mask, ForwardPass.Plain);
    }

    /// <summary>What earlier tests dropped without disposing must not end its life between two counts. Never called after a pass: it would hide what the pass forgot.</summary>
    private static void FreeGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
