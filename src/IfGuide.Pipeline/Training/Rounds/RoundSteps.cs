using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Records;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training.Rounds;

/// <summary>How the steps of a worker's round went: what the curve takes of them, and their tokens.</summary>
internal sealed class RoundSteps
{
    private const string LoggedName = "steps";
    private const string TokensName = "tokens";
    private const int Columns = 7;

    /// <summary>Names of its tensors.</summary>
    public static IReadOnlyList<string> Names { get; } = [LoggedName, TokensName];

    public List<TrainingStep> Logged { get; private init; } = [];

    public long Tokens { get; private set; }

    public void Add(TrainingStep step, long total)
    {
        Tokens += step.Tokens;
        if (TrainingCurve.IsLogged(step.Step, total))
        {
            Logged.Add(step);
        }
    }

    /// <summary>Reads it from what the worker stored.</summary>
    public static RoundSteps Of(IReadOnlyDictionary<string, Tensor> stored) => new()
    {
        Tokens = stored[TokensName].item<long>(),
        Logged = [.. TrainingCurve.Rows(stored[LoggedName], Columns).Select(row =>
            new TrainingStep((long)row[0], double.NaN, row[1], double.IsNaN(row[2]) ? null : row[2], (long)row[3], (long)row[4], row[5], row[6]))],
    };

    /// <summary>Its tensors; the caller's scope owns them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> ToTensors()
    {
        var flat = Logged.SelectMany(step => new[] { step.Step, step.TokenLoss, step.SelectedLoss ?? double.NaN, step.Tokens, step.SelectedTokens, step.GradientNorm, step.LearningRate }).ToArray();
        return
        [
            KeyValuePair.Create(LoggedName, flat.Length == 0 ? zeros(0, Columns, ScalarType.Float64) : tensor(flat, [flat.Length / Columns, Columns])),
            KeyValuePair.Create(TokensName, tensor(Tokens)),
        ];
    }

    /// <summary>The curve's points of a round: losses are means over the tokens of all workers, gradient norms means over the workers.</summary>
    public static IEnumerable<TrainingPoint> Merge(IReadOnlyList<RoundSteps> workers) => workers.SelectMany(worker => worker.Logged).GroupBy(step => step.Step).OrderBy(steps => steps.Key).Select(steps =>
    {
        var selected = steps.Sum(step => step.SelectedTokens);
        return new TrainingPoint
        {
            Step = steps.Key,
            Loss = steps.Sum(step => step.TokenLoss * step.Tokens) / Math.Max(1, steps.Sum(step => step.Tokens)),
            SelectedLoss = selected == 0 ? null : steps.Sum(step => (step.SelectedLoss ?? 0) * step.SelectedTokens) / selected,
            GradientNorm = steps.Average(step => step.GradientNorm),
            LearningRate = steps.First().LearningRate,
        };
    });
}
