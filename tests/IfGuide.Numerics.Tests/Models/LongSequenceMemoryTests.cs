using IfGuide.Numerics.Curvature;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Randomness;
using IfGuide.Tests.Shared;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

/// <summary>No pass over a long sequence makes anything of T × T: with 8,192 tokens one float32 matrix of a single head would be 256 MiB.</summary>
[Collection(nameof(TensorCountCollection))]
public sealed class LongSequenceMemoryTests
{
    private const int Length = 8192;
    private const double Square = 256;

    public static TheoryData<string, bool> Passes => new() { { "forward", false }, { "forward", true }, { "covariance", false }, { "covariance", true }, { "score", false }, { "score", true } };

    [Theory]
    [MemberData(nameof(Passes))]
    public void Pass_OverALongSequence_TakesLessThanOneSquareMatrix(string pass, bool padded)
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Create(Configuration, CausalLanguageModel.InitialWeights(Configuration, seed: 7, CPU));
        var ids = TestModels.Tokens(1, Length);
        var mask = padded ? ones([1, Length], ScalarType.Int64) : null;
        mask?.narrow(1, 0, Length / 4).zero_();
        var batch = new TokenBatch(ids, mask is null ? ids : ids.masked_fill(mask.eq(0), TokenBatch.NoLabel), mask, [0]);
        Run("forward"); // makes the tables of rotations
        Assert.InRange(MemoryMeter.NativeRise(() => Run(pass)), 0, 0.7 * Square);

        void Run(string name)
        {
            using var inner = NewDisposeScope();
            switch (name)
            {
                case "forward":
                    model.Hidden(ids, mask, ForwardPass.Plain);
                    break;
                case "covariance":
                    using (var sums = new CovarianceAccumulator(model))
                    {
                        sums.Add(batch, LabelSource.Sampled(1, RandomPurpose.CovarianceLabels));
                    }

                    break;
                default:
                    using (var scorer = new TokenScorer(model, model.TrackedLayers.ToDictionary(layer => layer.Name, layer => ones(layer.Outputs, layer.Inputs))))
                    {
                        scorer.Score(batch);
                    }

                    break;
            }
        }
    }

    [Fact]
    public void Meter_SeesOneSquareMatrix() => Assert.InRange(MemoryMeter.NativeRise(() => ones(Length, Length).Dispose()), Square, 1.02 * Square);

    private static TransformerConfiguration Configuration => new()
    {
        Family = ModelFamily.GptNeoX,
        VocabularySize = TestModels.Vocabulary,
        HiddenSize = 16,
        LayerCount = 1,
        HeadCount = 1,
        KeyValueHeadCount = 1,
        HeadSize = 16,
        IntermediateSize = 32,
        RotaryFraction = 0.5,
        MaximumPositions = Length,
    };
}
