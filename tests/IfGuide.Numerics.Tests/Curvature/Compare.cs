using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature;

internal static class Compare
{
    /// <summary>Spearman's rank correlation of all entries.</summary>
    public static double Spearman(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return Pearson(Ranks(left), Ranks(right));
    }

    public static double Pearson(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var x = left.to_type(ScalarType.Float64).reshape(-1);
        var y = right.to_type(ScalarType.Float64).reshape(-1);
        x -= x.mean();
        y -= y.mean();
        return (x * y).sum().item<double>() / Math.Sqrt((x * x).sum().item<double>() * (y * y).sum().item<double>());
    }

    /// <summary>Ranks from 0, ties at their mean.</summary>
    private static Tensor Ranks(Tensor values)
    {
        var numbers = values.to_type(ScalarType.Float64).reshape(-1).contiguous().data<double>().ToArray();
        var order = Enumerable.Range(0, numbers.Length).OrderBy(index => numbers[index]).ToArray();
        var ranks = new double[numbers.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            while (end < order.Length && numbers[order[end]] == numbers[order[start]])
            {
                end++;
            }

            for (var place = start; place < end; place++)
            {
                ranks[order[place]] = (start + end - 1) / 2.0;
            }

            start = end;
        }

        return tensor(ranks);
    }
}
