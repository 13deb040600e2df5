using System.Diagnostics;
using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Training;

/// <summary>Tells how a training stands. Rates are told and never stored: an artifact knows no clock.</summary>
/// <param name="context">The unit.</param>
/// <param name="curve">Where the held-out text's loss stands.</param>
internal sealed class TrainingProgress(UnitContext context, TrainingCurve curve)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private long since = Stopwatch.GetTimestamp();
    private long tokens;
    private double? rate;

    /// <summary>Steps taken before this unit; they count for nothing here.</summary>
    public long First { get; init; }

    /// <summary>Steps that this unit takes; null: all of the training's.</summary>
    public long? Steps { get; init; }

    /// <summary>Bytes of weights and of their changes that went through the store for each token; null: nothing needs to.</summary>
    public double? CommunicationPerToken { get; init; }

    public void Report(Trainer trainer, TrainingStep? step = null)
    {
        tokens += step?.Tokens ?? 0;
        if (Stopwatch.GetElapsedTime(since) is var elapsed && (elapsed >= Window || rate is null) && tokens > 0)
        {
            (rate, since, tokens) = (tokens / elapsed.TotalSeconds, Stopwatch.GetTimestamp(), 0);
        }

        var heldOut = curve.Validations.Count == 0 ? (double?)null : curve.Validations[^1].Loss;
        var figures = step is null ? null : new TrainingFigures
        {
            Unit = context.Unit.Name,
            Loss = step.TokenLoss,
            SelectedLoss = step.SelectedLoss,
            ValidationLoss = heldOut,
            GradientNorm = step.GradientNorm,
            LearningRate = step.LearningRate,
            TokensPerSecond = rate,
            CommunicationPerToken = CommunicationPerToken,
        };
        var note = step is null ? null : string.Create(CultureInfo.InvariantCulture, $"loss {step.TokenLoss:F3}") + (heldOut is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", held-out {heldOut:F3}"));
        context.Report("steps", trainer.StepsTaken - First, Steps ?? trainer.TotalSteps, note, figures);
    }
}
