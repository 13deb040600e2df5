using System.Text.Json;
using IfGuide.Numerics.Suppression;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Suppression;

/// <summary>The authors' loss_fn: losses and gradients in both precisions.</summary>
public sealed class GoldenLossTests
{
    [Theory]
    [InlineData("basic")]
    [InlineData("ignore_and_mask")]
    public void Every_case_matches_the_authors_code(string name)
    {
        using var scope = NewDisposeScope();
        var logits = Golden.Array($"loss/{name}/logits.npy");
        var labels = Golden.Array($"loss/{name}/labels.npy");
        var selected = Golden.Array($"loss/{name}/toxic_token_mask.npy").to(ScalarType.Bool);
        var gradients = 0;
        foreach (var item in Golden.Json($"loss/{name}/expected.json").GetProperty("cases").EnumerateArray())
        {
            var options = new SuppressionOptions(TokenObjective.Penalty, item.GetProperty("toxic_lambda").GetDouble());
            var items = item.GetProperty("num_items_in_batch");
            double divisor = items.ValueKind == JsonValueKind.Null ? SuppressionLoss.CountDivisor(labels, LossNormalisation.Positions) : items.GetInt64();
            var (narrowLoss, narrow) = SuppressionLoss.FromLogits(logits, labels, selected, options, divisor);
            var (wideLoss, wide) = SuppressionLoss.FromLogits(logits.to(ScalarType.Float64), labels, selected, options, divisor);
            AssertClose(item.GetProperty("loss_f32").GetDouble(), narrowLoss, 2e-6);
            AssertClose(item.GetProperty("loss_f64").GetDouble(), wideLoss, 1e-12);
            if (item.GetProperty("file").GetString() is { } gradient)
            {
                TensorAssert.Close(Golden.Array($"loss/{name}/{gradient}.f32.npy"), narrow, 2e-6, gradient);
                TensorAssert.Close(Golden.Array($"loss/{name}/{gradient}.f64.npy"), wide, 1e-12, gradient);
                gradients++;
            }
        }

        Assert.Equal(8, gradients);
    }

    internal static void AssertClose(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{actual} is not {expected} to {tolerance}");
}
