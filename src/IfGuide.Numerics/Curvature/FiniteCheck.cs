using static TorchSharp.torch;

namespace IfGuide.Numerics.Curvature;

/// <summary>Finds NaN and Infinity: one reduction while all is well, a search only afterwards.</summary>
internal static class FiniteCheck
{
    /// <summary>Throws unless every entry is finite.</summary>
    public static void ThrowIfNotFinite(string computation, string layer, string quantity, Tensor values, string remedy)
    {
        if (!AllFinite([values]))
        {
            throw new NonFiniteException(computation, layer, quantity, [], remedy);
        }
    }

    /// <summary>True if every entry of every tensor is finite; one transfer from the device.</summary>
    public static bool AllFinite(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        var all = tensors.ToArray();
        var sums = all.Select(values => values.sum().to_type(ScalarType.Float64)).ToArray();
        return sums.Length == 0
            || double.IsFinite(stack(sums).sum().item<double>())
            || all.All(values => values.isfinite().all().item<bool>()); // finite numbers whose sum is not
    }

    /// <summary>Rows (first dimension) that hold a number that is not finite.</summary>
    public static IReadOnlyList<long> Rows(Tensor values)
    {
        using var scope = NewDisposeScope();
        var bad = values.isfinite().logical_not().view(values.shape[0], -1).any(1, false).to_type(ScalarType.Byte).cpu();
        return [.. bad.data<byte>().ToArray().Select((flag, row) => (flag, row)).Where(entry => entry.flag != 0).Select(entry => (long)entry.row)];
    }
}
