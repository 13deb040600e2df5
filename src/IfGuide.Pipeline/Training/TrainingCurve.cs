using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Records;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Training;

/// <summary>How a training went so far: what its record will tell, and what it decides by. Part of every checkpoint.</summary>
internal sealed class TrainingCurve
{
    private const string PointsName = "curve";
    private const string ValidationsName = "validations";
    private const int LogPoints = 200;

    public List<TrainingPoint> Points { get; private init; } = [];

    public List<ValidationPoint> Validations { get; private init; } = [];

    /// <summary>Whether a step belongs to the curve: about two hundred of a training do.</summary>
    public static bool IsLogged(long step, long total) => step % Math.Max(1, total / LogPoints) == 0 || step == total;

    public void Add(TrainingStep step) => Points.Add(new TrainingPoint
    {
        Step = step.Step,
        Loss = step.TokenLoss,
        SelectedLoss = step.SelectedLoss,
        GradientNorm = step.GradientNorm,
        LearningRate = step.LearningRate,
    });

    /// <summary>Reads it from a checkpoint's tensors; builds before held-out texts wrote none.</summary>
    public static TrainingCurve Of(IReadOnlyDictionary<string, Tensor> state) => new()
    {
        Points = [.. Rows(state[PointsName], 5).Select(row => new TrainingPoint
        {
            Step = (long)row[0],
            Loss = row[1],
            SelectedLoss = double.IsNaN(row[2]) ? null : row[2],
            GradientNorm = row[3],
            LearningRate = row[4],
        })],
        Validations = state.TryGetValue(ValidationsName, out var validations) ? [.. Rows(validations, 2).Select(row => new ValidationPoint { Step = (long)row[0], Loss = row[1] })] : [],
    };

    /// <summary>Its tensors for a checkpoint; the caller's scope owns them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> ToTensors() =>
    [
        KeyValuePair.Create(PointsName, Table(Points.SelectMany(point => new[] { point.Step, point.Loss, point.SelectedLoss ?? double.NaN, point.GradientNorm, point.LearningRate }), 5)),
        KeyValuePair.Create(ValidationsName, Table(Validations.SelectMany(point => new[] { point.Step, point.Loss }), 2)),
    ];

    private static Tensor Table(IEnumerable<double> values, int columns)
    {
        var flat = values.ToArray();
        return flat.Length == 0 ? zeros(0, columns, ScalarType.Float64) : tensor(flat, [flat.Length / columns, columns]);
    }

    /// <summary>The rows of a table of doubles; none of an empty one, which cannot be read as an array.</summary>
    public static double[][] Rows(Tensor table, int columns) => table.numel() == 0 ? [] : [.. table.data<double>().ToArray().Chunk(columns)];
}
