using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

public sealed class ModelPropertyTests
{
    private const double Rounding = 1e-12;

    public static TheoryData<string> Names => TestModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_BeforeAChangedToken_IsUnchanged(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var tokens = TestModels.Tokens(2, 11);
        var changed = tokens.clone();
        changed.select(1, 7).add_(1).remainder_(TestModels.Vocabulary);
        var (before, after) = (Hidden(model, tokens), Hidden(model, changed));
        TensorAssert.Close(before.narrow(1, 0, 7), after.narrow(1, 0, 7), Rounding);
        Assert.True(TensorAssert.RelativeError(before.narrow(1, 7, 4), after.narrow(1, 7, 4)) > 1e-3, "later states must feel the change");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_OfARow_DoesNotDependOnTheBatch(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var (tokens, mask) = (TestModels.Tokens(4, 11), TestModels.Mask(4, 11));
        var together = Hidden(model, tokens, mask);
        for (var row = 0; row < 4; row++)
        {
            var alone = Hidden(model, tokens.narrow(0, row, 1), mask.narrow(0, row, 1));
            var real = mask.narrow(0, row, 1).to(ScalarType.Bool);
            TensorAssert.Close(alone[real], together.narrow(0, row, 1)[real], Rounding);
        }
    }

    /// <summary>Right padding changes nothing; left padding moves the positions, and rotary attention depends on their differences only; GPT-2's learned positions are absolute.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_OfPaddedRow_EqualsUnpadded(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var tokens = TestModels.Tokens(1, 8);
        var padding = TestModels.Tokens(1, 5, seed: 9);
        var (real, none) = (ones([1, 8], ScalarType.Int64), zeros([1, 5], ScalarType.Int64));
        var expected = Hidden(model, tokens);
        TensorAssert.Close(expected, Hidden(model, cat([tokens, padding], 1), cat([real, none], 1)).narrow(1, 0, 8), Rounding, "right");
        var left = Hidden(model, cat([padding, tokens], 1), cat([none, real], 1)).narrow(1, 5, 8);
        if (model.Configuration.HasRotaryPositions)
        {
            TensorAssert.Close(expected, left, Rounding, "left");
        }
        else
        {
            Assert.True(TensorAssert.RelativeError(expected, left) > 1e-3, "absolute positions must be felt");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_WithCache_EqualsFullForward(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var (tokens, mask) = (TestModels.Tokens(3, 12), TestModels.Mask(3, 12));
        foreach (var given in new[] { null, mask })
        {
            using var cache = new KeyValueCache(capacity: 12);
            var pieces = new List<Tensor>();
            foreach (var count in new long[] { 5, 1, 1, 3, 2 })
            {
                var start = cache.Length;
                pieces.Add(model.Hidden(tokens.narrow(1, start, count), given?.narrow(1, 0, start + count), new ForwardPass { Cache = cache }).Value);
            }

            var real = mask.to(ScalarType.Bool);
            TensorAssert.Close(Hidden(model, tokens, given)[real], cat(pieces, 1)[real], Rounding, given is null ? "plain" : "padded");
        }
    }

    [Fact]
    public void Cache_KeepingSomeRows_ContinuesThem()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("llama grouped biased");
        var tokens = TestModels.Tokens(3, 6);
        var rows = tensor(new long[] { 2, 0 });
        using var cache = new KeyValueCache(6);
        model.Hidden(tokens.narrow(1, 0, 4), null, new ForwardPass { Cache = cache });
        cache.Keep(rows);
        var actual = model.Hidden(tokens.narrow(1, 4, 2).index_select(0, rows), null, new ForwardPass { Cache = cache }).Value;
        TensorAssert.Close(Hidden(model, tokens).index_select(0, rows).narrow(1, 4, 2), actual, Rounding);
        Assert.Throws<InvalidOperationException>(() => model.Hidden(tokens.narrow(1, 0, 1).index_select(0, rows), null, new ForwardPass { Cache = cache }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_AlongDirection_HasThePlainValue(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var (tokens, mask) = (TestModels.Tokens(3, 11), TestModels.Mask(3, 11));
        var direction = model.TrackedLayers.ToDictionary(layer => layer.Name, layer => ones(layer.Outputs, layer.Inputs, ScalarType.Float64));
        var actual = model.Hidden(tokens, mask, new ForwardPass { Directions = [direction] });
        TensorAssert.Close(Hidden(model, tokens, mask), actual.Value, Rounding);
        Assert.Equal(actual.Value.shape, actual.Tangent!.shape);
    }

    [Fact]
    public void Hidden_OfTooLongOrMistypedInput_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("neox");
        Assert.Contains("512 positions", Assert.Throws<ArgumentException>(() => Hidden(model, zeros([1, 513], ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Contains("Int32", Assert.Throws<ArgumentException>(() => Hidden(model, zeros([1, 5], ScalarType.Int32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_ToBFloat16AndBack_RoundsWeights()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create("llama");
        using var half = model.Convert(ScalarType.BFloat16, CPU);
        Assert.Equal(ScalarType.BFloat16, half.Precision);
        var tokens = TestModels.Tokens(2, 11);
        var error = TensorAssert.RelativeError(Hidden(model, tokens), Hidden(half, tokens));
        Assert.InRange(error, 1e-4, 0.1);
    }

    private static Tensor Hidden(CausalLanguageModel model, Tensor tokens, Tensor? mask = null) => model.Hidden(tokens, mask, ForwardPass.Plain).Value;
}
