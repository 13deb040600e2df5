namespace IfGuide.Numerics.Evaluation;

/// <summary>How well a selection finds the tokens known to be toxic. Counts of parts add up to those of the whole.</summary>
/// <param name="TruePositives">Selected and known.</param>
/// <param name="Selected">Selected.</param>
/// <param name="Known">Known.</param>
public readonly record struct MaskQuality(long TruePositives, long Selected, long Known)
{
    /// <summary>Share of the selected tokens that are known; NaN when none is selected.</summary>
    public double Precision => (double)TruePositives / Selected;

    /// <summary>Share of the known tokens that are selected; NaN when none is known.</summary>
    public double Recall => (double)TruePositives / Known;

    /// <summary>The tokens of both.</summary>
    /// <param name="left">Some tokens.</param>
    /// <param name="right">Others.</param>
    public static MaskQuality operator +(MaskQuality left, MaskQuality right) => Add(left, right);

    /// <summary>The tokens of both.</summary>
    /// <param name="left">Some tokens.</param>
    /// <param name="right">Others.</param>
    public static MaskQuality Add(MaskQuality left, MaskQuality right) =>
        new(left.TruePositives + right.TruePositives, left.Selected + right.Selected, left.Known + right.Known);
}
