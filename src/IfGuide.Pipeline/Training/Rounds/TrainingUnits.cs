using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>Trains one model: in one unit, or in rounds of several workers (DiLoCo, arXiv 2311.08105), each part of which is a unit.</summary>
internal static class TrainingUnits
{
    public static void Run(UnitContext context)
    {
        var part = TrainingPart.Of(context.Unit.Name);
        var training = context.Unit.Stage == Abstractions.Stage.TrainProxy ? context.Names.ProxyTraining : context.Specification.Training;
        var rounds = TrainingRounds.Of(training, context.Inputs.Sequences);
        if (part.Round > (rounds?.Last ?? -1) || part.Worker >= (rounds?.Workers ?? 0))
        {
            throw new ArgumentException($"The training '{part.Model}' has no part '{context.Unit.Name}'.", nameof(context));
        }

        if (rounds is null)
        {
            TrainingUnit.Run(context);
            return;
        }

        try
        {
            using var scope = NewDisposeScope();
            using var setup = new TrainingSetup(context, part.Model);
            var files = new RoundFiles(context, setup, rounds);
            switch (part)
            {
                case { Worker: { } worker }:
                    new RoundWorker(context, setup, files).Run(part.Round!.Value, worker);
                    break;
                case { Round: 0 }:
                    new RoundMerge(context, setup, files).Begin();
                    break;
                default:
                    new RoundMerge(context, setup, files).Run(part.Round ?? rounds.Last);
                    break;
            }
        }
        catch (ArtifactNotFoundException) when (UnitContext.IsDone(context.Unit, context.Store))
        {
            // Another copy of this unit was faster, and the training has gone on and dropped what this one was to read.
        }
    }
}
