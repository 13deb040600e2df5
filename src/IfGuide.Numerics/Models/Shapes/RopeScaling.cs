namespace IfGuide.Numerics.Models.Shapes;

/// <summary>Llama 3's rescaling of the rotary frequencies for contexts longer than the model was pre-trained on.</summary>
/// <param name="Factor">Divisor of the frequencies whose wavelength exceeds OriginalMaximumPositions / LowFrequencyFactor.</param>
/// <param name="LowFrequencyFactor">Where full rescaling begins.</param>
/// <param name="HighFrequencyFactor">Where rescaling ends; between the two the divisor is interpolated.</param>
/// <param name="OriginalMaximumPositions">Context of the pre-training, in tokens.</param>
public sealed record RopeScaling(
    double Factor, double LowFrequencyFactor, double HighFrequencyFactor, long OriginalMaximumPositions);
