namespace IfGuide.Numerics.Training;

/// <summary>Linear warm-up from 0, then half a cosine down to 0 (transformers' cosine schedule).</summary>
/// <param name="Peak">Highest rate.</param>
/// <param name="WarmupSteps">Steps of the warm-up.</param>
/// <param name="TotalSteps">Steps of the training.</param>
public readonly record struct LearningRateSchedule(double Peak, long WarmupSteps, long TotalSteps)
{
    /// <summary>The schedule of a training.</summary>
    /// <param name="options">Peak and share of the warm-up.</param>
    /// <param name="totalSteps">Steps of the training.</param>
    public static LearningRateSchedule Create(TrainingOptions options, long totalSteps) =>
        new(options.LearningRate, (long)Math.Ceiling(options.Warmup * totalSteps), totalSteps);

    /// <summary>The rate of one step.</summary>
    /// <param name="step">Steps taken before it; the first step has 0.</param>
    public double ComputeRate(long step)
    {
        if (step < WarmupSteps)
        {
            return Peak * step / WarmupSteps;
        }

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Peak * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));
    }
}
