using System.Text.Json;
using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

/// <summary>The authors' build_toxic_token_mask on score matrices with ties, heavy tails and budget edges.</summary>
public sealed class GoldenSelectionTests
{
    public static TheoryData<string> Matrices => [.. Directory.GetDirectories(Folder("selection")).Select(d => Path.GetFileName(d)!).Order()];

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Every_case_matches_the_authors_code_to_the_bit(string matrix)
    {
        var folder = Folder(Path.Combine("selection", matrix));
        var scores = NpyArray.Read(Path.Combine(folder, "scores.npy"));
        var (rows, length) = (scores.Shape[0], scores.Shape[1]);
        var shards = new ArrayScores(scores.As<float>("<f4").ToArray(), length);
        var ranks = NpyArray.Read(Path.Combine(folder, "rank_score.npy"));
        var stable = NpyArray.Read(Path.Combine(folder, "order_stable.npy"));
        var order = NpyArray.Read(Path.Combine(folder, "order.npy"));
        var stableMasks = Path.Combine(folder, "mask_stable.npy");
        var masks = NpyArray.Read(File.Exists(stableMasks) ? stableMasks : Path.Combine(folder, "mask.npy"));
        using var parameters = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "params.json")));

        foreach (var expected in parameters.RootElement.EnumerateArray())
        {
            var index = expected.GetProperty("case").GetInt32();
            var selection = TokenSelector.Select(shards, new SelectionOptions(
                expected.GetProperty("toxicity_threshold").GetDouble(), expected.GetProperty("context_window").GetInt32(),
                expected.GetProperty("max_tokens").GetInt64(), SelectionKind.Reference));

            Assert.Equal(expected.GetProperty("threshold_value").GetDouble(), selection.ExactThreshold);
            Assert.Equal(expected.GetProperty("n_above").GetInt64(), selection.Candidates);
            Assert.Equal(expected.GetProperty("n_selected").GetInt64(), selection.SelectedTokens);
            Assert.Equal(expected.GetProperty("stopped_on_budget").GetBoolean(), selection.StoppedOnBudget);
            Assert.Equal(ranks.As<float>("<f4").Slice(index * rows, rows).ToArray(), selection.RankScores.Select(r => (float)r));
            Assert.Equal(Widen(stable, index, rows), selection.Order);
            if (expected.GetProperty("order_tie_free").GetBoolean())
            {
                Assert.Equal(Widen(order, index, rows), selection.Order);
                var stop = expected.GetProperty("stop_rank_row_token");
                Assert.Equal(
                    stop.ValueKind == JsonValueKind.Null ? null : new BudgetStop(stop[0].GetInt64(), stop[1].GetInt64(), stop[2].GetInt32()), selection.Stop);
            }

            var mask = MaskOf(shards, selection);
            Assert.Equal(masks.As<bool>("|u1").Slice(index * rows * length, rows * length).ToArray(), mask);
        }

        Assert.True(parameters.RootElement.GetArrayLength() > 20);
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

    private static long[] Widen(NpyArray order, int index, int rows) =>
        [.. order.As<int>("<i4").Slice(index * rows, rows).ToArray().Select(i => (long)i)];

    private static string Folder(string name)
    {
        var directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "Goldens")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("tests/Goldens");
        }

        return Path.Combine(directory, "Goldens", name);
    }
}
