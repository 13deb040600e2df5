using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models.Operations;

public sealed class CausalAttentionTests
{
    /// <summary>Heads, key heads, length (300: three blocks of queries, the last one short), padded.</summary>
    public static TheoryData<long, long, long, bool> Shapes => new() { { 2, 2, 9, false }, { 2, 2, 9, true }, { 4, 2, 9, false }, { 4, 2, 9, true }, { 2, 1, 300, false }, { 2, 1, 300, true } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Value_OfFusedAndBlockedPath_EqualsDefinition(long heads, long keyHeads, long length, bool padded)
    {
        using var scope = NewDisposeScope();
        var inputs = new Inputs(heads, keyHeads, length, padded);
        var expected = inputs.Definition(0, 0, 0);
        TensorAssert.Close(expected, inputs.Apply(moves: false).Value, 1e-13, "fused");
        TensorAssert.Close(expected, inputs.Apply(moves: true).Value, 1e-13, "blocked");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Tangent_AlongAllInputs_EqualsDifferences(long heads, long keyHeads, long length, bool padded)
    {
        using var scope = NewDisposeScope();
        var inputs = new Inputs(heads, keyHeads, length, padded);
        TensorAssert.Close(Derivative.AtZero(step => inputs.Definition(step, step, step)), inputs.Apply(moves: true).Tangent!, 1e-9);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    public void Tangent_AlongOneInput_EqualsDifferences(double query, double key, double value)
    {
        using var scope = NewDisposeScope();
        var inputs = new Inputs(2, 2, 9, padded: true);
        var actual = CausalAttention.Apply(
            new Dual(inputs.Query.Value, query == 0 ? null : inputs.Query.Tangent),
            new Dual(inputs.Key.Value, key == 0 ? null : inputs.Key.Tangent),
            new Dual(inputs.Value.Value, value == 0 ? null : inputs.Value.Tangent),
            inputs.Mask);
        TensorAssert.Close(Derivative.AtZero(step => inputs.Definition(query * step, key * step, value * step)), actual.Tangent!, 1e-9);
    }

    private sealed class Inputs
    {
        private const long Size = 8;
        private readonly Tensor hidden;

        public Inputs(long heads, long keyHeads, long length, bool padded)
        {
            using var generator = new Generator(1);
            Query = Random(generator, heads, length);
            Key = Random(generator, keyHeads, length);
            Value = Random(generator, keyHeads, length);
            var mask = padded ? TestModels.Mask(2, length) : null;
            Mask = new AttentionMask(mask, length, 0);
            var future = ones([length, length], ScalarType.Bool).triu(1);
            hidden = mask is null
                ? future
                : future.logical_or(mask.eq(0).view(2, 1, 1, length).logical_and(eye(length, dtype: ScalarType.Bool).logical_not()));
        }

        public Dual Query { get; }

        public Dual Key { get; }

        public Dual Value { get; }

        public AttentionMask Mask { get; }

        public Dual Apply(bool moves) => moves
            ? CausalAttention.Apply(Query, Key, Value, Mask)
            : CausalAttention.Apply(Dual.Constant(Query.Value), Dual.Constant(Key.Value), Dual.Constant(Value.Value), Mask);

        /// <summary>Softmax attention written down directly, at inputs moved by the given steps.</summary>
        public Tensor Definition(double queryStep, double keyStep, double valueStep)
        {
            var q = Query.Value + Query.Tangent! * queryStep;
            var groups = q.shape[1] / Key.Value.shape[1];
            var k = (Key.Value + Key.Tangent! * keyStep).repeat_interleave(groups, 1);
            var v = (Value.Value + Value.Tangent! * valueStep).repeat_interleave(groups, 1);
            var scores = q.matmul(k.transpose(2, 3)).div(Math.Sqrt(Size)).masked_fill(hidden, double.NegativeInfinity);
            return scores.softmax(-1).matmul(v).transpose(1, 2).flatten(2, 3);
        }

        private static Dual Random(Generator generator, long heads, long length) => new(
            randn([2, heads, length, Size], ScalarType.Float64, generator: generator),
            randn([2, heads, length, Size], ScalarType.Float64, generator: generator));
    }
}
