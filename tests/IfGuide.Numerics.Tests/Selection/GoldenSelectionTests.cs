using System.Text.Json;
using IfGuide.Numerics.Selection;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>The authors' build_toxic_token_mask on score matrices with ties, heavy tails and budget edges.</summary>
public sealed class GoldenSelectionTests
{
    public static TheoryData<string> Matrices => [.. Directory.GetDirectories(Path.Combine(Golden.Root, "selection")).Select(d => Path.GetFileName(d)!).Order()];

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Every_case_matches_the_authors_code_to_the_bit(string matrix)
    {
        using var scope = NewDisposeScope();
        var folder = $"selection/{matrix}";
        var scores = Golden.Array($"{folder}/scores.npy");
        var (rows, length) = ((int)scores.shape[0], (int)scores.shape[1]);
        var shards = new ArrayScores(scores.data<float>().ToArray(), length);
        var ranks = Golden.Array($"{folder}/rank_score.npy");
        var stable = Golden.Array($"{folder}/order_stable.npy");
        var order = Golden.Array($"{folder}/order.npy");
        var hasStableMasks = File.Exists(Path.Combine(Golden.Root, folder, "mask_stable.npy"));
        var masks = Golden.Array($"{folder}/{(hasStableMasks ? "mask_stable" : "mask")}.npy");
        var parameters = Golden.Json($"{folder}/params.json");

        foreach (var expected in parameters.EnumerateArray())
        {
            var index = expected.GetProperty("case").GetInt32();
            var selection = TokenSelector.Select(shards, new SelectionOptions(
                expected.GetProperty("toxicity_threshold").GetDouble(), expected.GetProperty("context_window").GetInt32(),
                expected.GetProperty("max_tokens").GetInt64(), SelectionKind.Reference));

            Assert.Equal(expected.GetProperty("threshold_value").GetDouble(), selection.ExactThreshold);
            Assert.Equal(expected.GetProperty("n_above").GetInt64(), selection.Candidates);
            Assert.Equal(expected.GetProperty("n_selected").GetInt64(), selection.SelectedTokens);
            Assert.Equal(expected.GetProperty("stopped_on_budget").GetBoolean(), selection.StoppedOnBudget);
            Assert.Equal(ranks[index].data<float>().ToArray(), selection.RankScores.Select(r => (float)r));
            Assert.Equal(Widen(stable[index]), selection.Order);
            if (expected.GetProperty("order_tie_free").GetBoolean())
            {
                Assert.Equal(Widen(order[index]), selection.Order);
                var stop = expected.GetProperty("stop_rank_row_token");
                Assert.Equal(
                    stop.ValueKind == JsonValueKind.Null ? null : new BudgetStop(stop[0].GetInt64(), stop[1].GetInt64(), stop[2].GetInt32()), selection.Stop);
            }

            var mask = MaskOf(shards, selection);
            Assert.Equal(masks[index].to(ScalarType.Bool).reshape(-1).data<bool>().ToArray(), mask);
        }

        Assert.True(parameters.GetArrayLength() > 20);
    }

    internal static bool[] MaskOf(IScoreShards shards, TokenSelection selection)
    {
        var mask = new List<bool>();
        var writer = new SelectionMask(shards, selection);
        for (var shard = 0; shard < shards.Count; shard++)
        {
            var before = mask.Count;
            var selected = writer.Write(shard, (_, block) => mask.AddRange(block));
            Assert.Equal(mask.Skip(before).Count(m => m), selected);
        }

        return [.. mask];
    }

    private static long[] Widen(Tensor order) => order.to(ScalarType.Int64).data<long>().ToArray();
}
