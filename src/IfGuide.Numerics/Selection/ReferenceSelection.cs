namespace IfGuide.Numerics.Selection;

/// <summary>The authors' arithmetic: float32 throughout, with an absolute 1e-6 that flattens sums of small scores.</summary>
internal sealed class ReferenceSelection : SelectionKind
{
    private const float Epsilon = 1e-6f;

    internal override int FirstPosition => 0;

    internal override bool IgnoresLabels => true;

    internal override int CountBetween(ReadOnlySpan<bool> labelled, int from, int to) => Math.Max(0, to - from);

    internal override int Keep(Span<int> positions, ReadOnlySpan<bool> labelled, int length) => positions.Length;

    internal override double Sum(ReadOnlySpan<float> scores, float threshold, ReadOnlySpan<int> candidates) => TorchRowSum.Above(scores, threshold);

    internal override double Rank((double Value, double Min, double Max) count, (double Value, double Min, double Max) sum)
    {
        var byCount = Normalise((float)count.Value, (float)count.Min, (float)count.Max);
        var bySum = Normalise((float)sum.Value, (float)sum.Min, (float)sum.Max);
        return 2 * byCount * bySum / (byCount + bySum + Epsilon);
    }

    private static float Normalise(float value, float min, float max) => (value - min) / (max - min + Epsilon);
}
