namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>What went through the store up to a round.</summary>
/// <param name="Tokens">Predicted tokens of all workers together.</param>
/// <param name="WeightBytes">Bytes of weights and of their changes, stored and read.</param>
/// <param name="StateBytes">Bytes of the workers' optimizer state and of its mean, stored and read.</param>
internal readonly record struct RoundTraffic(long Tokens, long WeightBytes, long StateBytes)
{
    public double? WeightBytesPerToken => Tokens == 0 ? null : (double)WeightBytes / Tokens;
}
