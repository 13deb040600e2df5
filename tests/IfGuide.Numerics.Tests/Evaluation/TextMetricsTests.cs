using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Evaluation;

public sealed class TextMetricsTests
{
    [Theory]
    [InlineData("tiny_neox", "plain")]
    [InlineData("tiny_neox", "padded")]
    [InlineData("tiny_llama", "padded")]
    public void Text_loss_is_the_golden_token_losses_sum(string name, string set)
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model(name);
        var batch = Golden.Batch(name, set);
        var golden = Golden.Array($"{name}/{set}/token_loss.f64.npy").to(ScalarType.Float64);
        var tokens = batch.Labels.narrow(1, 1, batch.Labels.shape[1] - 1).ne(-100).sum().item<long>();

        var loss = TextLoss.Of(model, batch);

        Assert.Equal(tokens, loss.Tokens);
        Assert.Equal(golden.sum().item<double>(), loss.Loss, 1e-4);
        Assert.Equal(Math.Exp(loss.Loss / tokens), loss.Perplexity);
        Assert.Equal(loss.Perplexity, (loss + loss).Perplexity, 1e-12);
    }

    [Fact]
    public void Last_token_accuracy_looks_at_the_last_column_only()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        var batch = Golden.Batch("tiny_neox", "toxic");
        var logits = Golden.Array("tiny_neox/query/toxic_logits.f64.npy");
        var (rows, length) = (logits.shape[0], batch.InputIds.shape[1]);
        var likeliest = logits.select(1, length - 2).argmax(1);
        var ids = batch.InputIds.narrow(0, 0, rows).clone();
        ids.select(1, length - 1).copy_(likeliest);
        ids[0, length - 1] = (likeliest[0] + 1) % 97;

        var accuracy = LastTokenAccuracy.Of(model, ids, batch.AttentionMask!.narrow(0, 0, rows));

        Assert.Equal(new LastTokenAccuracy(rows - 1, rows), accuracy);
        Assert.Equal(1 - 1.0 / rows, (accuracy + accuracy).Share, 12);
    }
}
