using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Tests.Curvature;
using IfGuide.Numerics.Tests.Curvature.Reference;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Influence;

/// <summary>Token scores and position scores distribute the same influence of a sequence over its tokens in two ways.</summary>
[Collection(GoldenCollection.Name)]
public sealed class ScoreAgreementTests(GoldenFixture fixture)
{
    public static TheoryData<string, string, ScalarType, double> Cases() => new()
    {
        { "tiny_neox", "plain", ScalarType.Float64, 1e-10 },
        { "tiny_neox", "padded", ScalarType.Float64, 1e-10 },
        { "tiny_llama", "plain", ScalarType.Float64, 1e-10 },
        { "tiny_llama", "padded", ScalarType.Float64, 1e-10 },
        { "tiny_neox", "padded", ScalarType.Float32, 1e-5 },
        { "tiny_llama", "padded", ScalarType.Float32, 1e-5 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TokenAndPositionScores_ThenTheSumsOfEverySequenceAgree(string family, string set, ScalarType precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        var run = fixture.Run(family, set, precision);
        var direction = run.Direction(new EkfacCurvature(), new AutomaticDamping(), run.Gradient("diff_meanseq"));
        using var tokens = new TokenScorer(run.Model, direction);
        var byToken = tokens.Score(run.Train);
        var byPosition = PositionScorer.ShiftToLabels(run.Scores(direction));
        TensorAssert.Close(byPosition.sum(1L), byToken.sum(1L), tolerance);
        var reference = Golden.Array($"{family}/{set}/scores/seq_ekfac_heur_diff_meanseq.f64.npy");
        var error = TensorAssert.RelativeError(reference, byToken.sum(1L));
        fixture.Check("token scores, summed by sequence, ekfac heur", family, precision, set, error, precision == ScalarType.Float64 ? 1e-9 : 5e-5);
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void TokenScores_LowPrecision_ThenKeepTheirRanks(string family)
    {
        using var scope = NewDisposeScope();
        Tensor Scores(ScalarType precision)
        {
            var run = fixture.Run(family, "plain", precision);
            using var scorer = new TokenScorer(run.Model, run.Direction(new EkfacCurvature(), new AutomaticDamping(), run.Gradient("diff_meanseq")));
            return scorer.Score(run.Train).narrow(1, 1, 23); // token 0 has no score
        }

        fixture.CheckCorrelation("bfloat16 and float32 token scores, diff_meanseq, Spearman", family, Compare.Spearman(Scores(ScalarType.Float32), Scores(ScalarType.BFloat16)), 0.99);
    }
}
