using IfGuide.Numerics.Models;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>A worker's part of a round: some steps on its share of each batch, from the weights and the optimizer state that the last round ended in.</summary>
/// <param name="context">The unit.</param>
/// <param name="setup">The training.</param>
/// <param name="files">Its artifacts.</param>
internal sealed class RoundWorker(UnitContext context, TrainingSetup setup, RoundFiles files)
{
    public const string DeltaPrefix = "delta.";

    public void Run(int round, int worker)
    {
        var (first, last) = (files.Rounds.StepsAfter(round - 1), files.Rounds.StepsAfter(round));
        var before = RoundState.Load(context, files.Weights(round - 1), context.Session.Device);
        using var start = CausalLanguageModel.Create(HuggingFaceConfiguration.Read(context.Store.Fetch(setup.Prepared.Configuration)), before.Weights);
        using var trainer = new Trainer(start, files.Rounds.Share(setup.Options, worker), setup.Source);
        if (round > 1)
        {
            GoOn(trainer, start, files.Moments(round - 1));
        }

        setup.Validation(trainer.TotalSteps, before.Curve)?.SetCap(trainer);
        var progress = new TrainingProgress(context, before.Curve) { First = first, Steps = last - first, CommunicationPerToken = before.Traffic.WeightBytesPerToken };
        progress.Report(trainer);
        var steps = new RoundSteps();
        try
        {
            while (trainer.StepsTaken < last)
            {
                var step = trainer.Step();
                steps.Add(step, trainer.TotalSteps);
                progress.Report(trainer, step);
            }
        }
        catch (NonFiniteStepException exception)
        {
            throw TrainingUnit.Diverged(context, setup.Variant, exception, first);
        }

        if (!UnitContext.IsDone(context.Unit, context.Store)) // a slow copy must not put back what the training has dropped
        {
            Store(trainer, start, steps, round, worker);
        }
    }

    private void GoOn(Trainer trainer, CausalLanguageModel start, string moments)
    {
        using var scope = NewDisposeScope();
        var state = TensorArchive.Load(context.Store.Fetch(moments), context.Session.Device);
        foreach (var (name, weight) in start.Weights)
        {
            state.Add(RoundState.WeightPrefix + name, weight);
        }

        trainer.LoadState(state);
    }

    private void Store(Trainer trainer, CausalLanguageModel start, RoundSteps steps, int round, int worker)
    {
        using var graph = no_grad();
        using var scope = NewDisposeScope();
        if (round < files.Rounds.Last)
        {
            var moments = trainer.SaveState().Where(entry => !entry.Key.StartsWith(RoundState.WeightPrefix, StringComparison.Ordinal));
            context.Store.Put(files.Moments(round, worker), stream => TensorArchive.Write(stream, moments));
        }

        var delta = trainer.GetWeights().Select(weight => KeyValuePair.Create(DeltaPrefix + weight.Key, start.Weights[weight.Key].sub(weight.Value)));
        context.Store.Put(files.Delta(round, worker), stream => TensorArchive.Write(stream, delta.Concat(steps.ToTensors())));
        files.Mark(round);
    }
}
