using System.Globalization;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Records;

namespace IfGuide.Pipeline.Training;

/// <summary>Measures held-out text during a training, caps a hinge that has no cap of its own, and notices when the training has diverged.</summary>
/// <remarks>When it measures depends on the run alone, not on checkpoints, so that a training that was resumed has the same caps.</remarks>
internal sealed class Validation
{
    private const int MeasurementsByDefault = 20;
    private const double BoundByDefault = 1.0;
    private readonly TrainingCurve curve;
    private readonly ITrainingSequences heldOut;
    private readonly long every;
    private readonly double bound;
    private readonly bool setsCap;

    /// <param name="heldOut">The held-out text.</param>
    /// <param name="settings">The training's settings.</param>
    /// <param name="totalSteps">Its steps.</param>
    /// <param name="curve">Where measurements go, and where those before an interruption are.</param>
    /// <param name="setsCap">Whether the hinge takes its cap from here.</param>
    public Validation(ITrainingSequences heldOut, TrainingSpec settings, long totalSteps, TrainingCurve curve, bool setsCap)
    {
        (this.heldOut, this.curve, this.setsCap) = (heldOut, curve, setsCap);
        every = settings.ValidateEvery ?? Math.Max(1, totalSteps / MeasurementsByDefault);
        bound = settings.Divergence ?? BoundByDefault;
        Total = totalSteps;
    }

    private long Total { get; }

    /// <summary>Measures where the training stands, when it is time to, and sets the cap.</summary>
    /// <exception cref="DivergedTrainingException">The loss has risen too far; the message lacks what is kept and what to do.</exception>
    public void Look(Trainer trainer)
    {
        Look(trainer.StepsTaken - 1, trainer.StepsTaken, trainer.ValidationLoss);
        SetCap(trainer);
    }

    /// <summary>Measures where the training stands, when it was time to since an earlier step.</summary>
    /// <param name="before">The earlier step; one at which it was time is left out.</param>
    /// <param name="step">Steps taken.</param>
    /// <param name="measure">Measures the loss of held-out text.</param>
    /// <exception cref="DivergedTrainingException">The loss has risen too far; the message lacks what is kept and what to do.</exception>
    public void Look(long before, long step, Func<ITrainingSequences, double> measure)
    {
        var last = curve.Validations.Count == 0 ? -1 : curve.Validations[^1].Step;
        if (step > last && (step == 0 || step / every > before / every || step == Total))
        {
            Add(step, measure(heldOut));
        }
    }

    /// <summary>Gives a hinge without a cap the latest measurement as its cap.</summary>
    public void SetCap(Trainer trainer)
    {
        if (setsCap)
        {
            trainer.SetHingeCap(curve.Validations[^1].Loss);
        }
    }

    private void Add(long step, double loss)
    {
        var best = curve.Validations.MinBy(point => point.Loss);
        if (!(loss <= (best?.Loss ?? loss) + bound)) // NaN too
        {
            throw new DivergedTrainingException(string.Create(
                CultureInfo.InvariantCulture,
                $"its loss on held-out text is {loss:F3} nats a token after {step} steps, more than {bound} (training.divergence) above the lowest, {best?.Loss:F3} after {best?.Step} steps"));
        }

        curve.Validations.Add(new ValidationPoint { Step = step, Loss = loss });
    }
}
