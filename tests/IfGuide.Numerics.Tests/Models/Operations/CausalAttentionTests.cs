using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Passes;
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

    /// <summary>Long padded rows take no mask of T × T, and give the same values and gradients as the definition wherever there is a token.</summary>
    [Theory]
    [InlineData(new long[] { 0, 0 }, new long[] { 1030, 700 })]
    [InlineData(new long[] { 330, 0 }, new long[] { 1030, 1030 })]
    [InlineData(new long[] { 5, 900 }, new long[] { 1000, 1030 })]
    public void LongPaddedRows_WithoutASquareMask_EqualDefinition(long[] firsts, long[] ends)
    {
        using var scope = NewDisposeScope();
        var attended = zeros([2, 1030], ScalarType.Int64);
        for (var row = 0; row < 2; row++)
        {
            attended.narrow(0, row, 1).narrow(1, firsts[row], ends[row] - firsts[row]).fill_(1);
        }

        var (length, real) = (1030L, attended.to(ScalarType.Bool));
        Tensor[] leaves = [.. new[] { (4L, 1UL), (2L, 2UL), (2L, 3UL) }.Select(heads => Leaf(heads.Item1, length, heads.Item2))];
        using var mask = new AttentionMask(attended, length, 0);
        var actual = CausalAttention.Apply(Dual.Constant(leaves[0]), Dual.Constant(leaves[1]), Dual.Constant(leaves[2]), mask).Value;
        Assert.False(mask.IsSquareMade);

        var future = ones([length, length], ScalarType.Bool).triu(1);
        var hidden = future.logical_or(attended.eq(0).view(2, 1, 1, length).logical_and(eye(length, dtype: ScalarType.Bool).logical_not()));
        Tensor Grouped(Tensor heads) => heads.repeat_interleave(2, 1);
        var weights = leaves[0].matmul(Grouped(leaves[1]).transpose(2, 3)).div(Math.Sqrt(8)).masked_fill(hidden, double.NegativeInfinity).softmax(-1);
        var expected = weights.matmul(Grouped(leaves[2])).transpose(1, 2).reshape(2, length, 32);
        TensorAssert.Close(expected[real], actual[real], 1e-13);

        var wanted = autograd.grad([expected[real].sin().sum()], leaves);
        var found = autograd.grad([actual[real].sin().sum()], leaves);
        for (var i = 0; i < leaves.Length; i++)
        {
            TensorAssert.Close(wanted[i], found[i], 1e-12, $"gradient {i}");
        }
    }

    [Fact]
    public void LongRows_WithPaddingAmongTheirTokens_TakeTheMask()
    {
        using var scope = NewDisposeScope();
        var attended = ones([1, 1030], ScalarType.Int64);
        attended.narrow(1, 500, 1).fill_(0);
        using var mask = new AttentionMask(attended, 1030, 0);
        var heads = Dual.Constant(Leaf(2, 1030, 1).narrow(0, 0, 1));
        CausalAttention.Apply(heads, heads, heads, mask);
        Assert.True(mask.IsSquareMade);
    }

    private static Tensor Leaf(long heads, long length, ulong seed)
    {
        using var generator = new Generator(seed);
        return randn([2, heads, length, 8], ScalarType.Float64, generator: generator).requires_grad_();
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
