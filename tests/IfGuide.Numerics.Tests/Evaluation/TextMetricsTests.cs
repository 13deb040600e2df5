using IfGuide.Numerics.Evaluation;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Evaluation;

public sealed class TextMetricsTests
{
    [Fact]
    public void Last_word_needs_every_token_and_last_token_only_the_last()
    {
        using var scope = NewDisposeScope();
        using var model = Golden.Model("tiny_neox");
        var ids = Golden.Batch("tiny_neox", "plain").InputIds.narrow(0, 0, 4).narrow(1, 0, 9).clone();
        for (var t = 6; t < 9; t++)
        {
            ids.select(1, t).copy_(Likeliest(model, ids.narrow(1, 0, t))); // what greedy decoding says, token by token
        }

        ids[1, 8] = (ids[1, 8] + 1) % 97; // the last token is wrong
        ids[2, 6] = (ids[2, 6] + 1) % 97; // the word's first token is wrong; the last is what follows it
        for (var t = 7; t < 9; t++)
        {
            ids[2].select(0, t).copy_(Likeliest(model, ids.narrow(0, 2, 1).narrow(1, 0, t))[0]);
        }

        Assert.Equal([new(true, true), new(false, false), new(true, false), new(true, true)], LastWordMatch.Measure(model, ids, 3));
        Assert.Equal([true, false, true, true], LastWordMatch.Measure(model, ids, 1).Select(match => match.Word));
        Assert.Throws<ArgumentOutOfRangeException>(() => LastWordMatch.Measure(model, ids, 9));
    }

    [Fact]
    public void A_bootstrapped_ratio_weighs_by_the_denominator_and_of_ones_is_the_mean()
    {
        double[] losses = [3, 8, 1, 7, 2, 9, 4], tokens = [1, 4, 1, 2, 2, 3, 2], ones = [1, 1, 1, 1, 1, 1, 1];
        var ratio = Bootstrap.EstimateRatio(losses, tokens, 5);
        Assert.Equal(34.0 / 15, ratio.Value, 12);
        Assert.InRange(ratio.Low, 1.5, ratio.Value);
        Assert.InRange(ratio.High, ratio.Value, 3.1);
        Assert.Equal(Bootstrap.EstimateMean(losses, 5), Bootstrap.EstimateRatio(losses, ones, 5));
        Assert.Equal(new Interval(2, 2, 2), Bootstrap.EstimateRatio([2, 4, 6], [1, 2, 3], 5));
        Assert.Throws<ArgumentException>(() => Bootstrap.EstimateRatio([1], [], 5));
    }

    private static Tensor Likeliest(Numerics.Models.CausalLanguageModel model, Tensor ids) =>
        model.Hidden(ids, null, ForwardPass.Plain).Value.select(1, ids.shape[1] - 1).mm(model.Unembedding.t()).argmax(1);
}
