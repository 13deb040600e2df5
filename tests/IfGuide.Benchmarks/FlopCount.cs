namespace IfGuide.Benchmarks;

/// <summary>Floating point operations per token that a stage cannot avoid; a multiply-add counts two, causal attention counts its lower half.</summary>
/// <remarks>
/// i and o are a layer's inputs and outputs without bias, T tokens per sequence, d the width, V the vocabulary, L the layers:
/// linear = Σ 2io; attention = L · 2 · 2Td / 2; head = 2Vd.
/// Forward = linear + attention + head. Forward and backward without weight gradients = 2 linear + 3 attention + 2 head.
/// Covariance adds Σ (i² + o²): symmetric products need one triangle, and layers that share an input count it once.
/// Lambda adds the cheapest of the four orders of forming and rotating each sequence's gradient.
/// Scores by position add Σ 2io. Scores by token: 3 linear + 3 attention + 2 head, without a backward pass.
/// A training step: 3 forward.
/// </remarks>
internal static class FlopCount
{
    public static double Forward(Shape shape) => Linear(shape) + Attention(shape) + Head(shape);

    public static double ForwardBackward(Shape shape) => 2 * Linear(shape) + 3 * Attention(shape) + 2 * Head(shape);

    public static double Covariance(Shape shape) =>
        ForwardBackward(shape) + Layers(shape).Sum(layer => Square(layer.Inputs) + Square(layer.Outputs));

    public static double Lambda(Shape shape)
    {
        double tokens = shape.Tokens;
        return ForwardBackward(shape) + Layers(shape).Sum(layer =>
            2.0 * layer.Inputs * layer.Outputs
            + Math.Min(2 * Square(layer.Inputs), 2 * Square(layer.Inputs) * layer.Outputs / tokens)
            + Math.Min(2 * Square(layer.Outputs), 2 * Square(layer.Outputs) * layer.Inputs / tokens));
    }

    public static double Query(Shape shape) => ForwardBackward(shape) + Linear(shape);

    public static double PositionScore(Shape shape) => ForwardBackward(shape) + Linear(shape);

    public static double TokenScore(Shape shape) => 3 * Linear(shape) + 3 * Attention(shape) + 2 * Head(shape);

    public static double TrainingStep(Shape shape) => 3 * Forward(shape);

    /// <summary>Once per fit, not per token: 9 n³ for each matrix, the usual count of a dense symmetric eigendecomposition with vectors.</summary>
    public static double Eigenbasis(Shape shape) => Layers(shape).Sum(layer => 9 * (Math.Pow(layer.Inputs + 1, 3) + Math.Pow(layer.Outputs, 3)));

    private static double Linear(Shape shape) => Layers(shape).Sum(layer => 2.0 * layer.Inputs * layer.Outputs);

    private static double Attention(Shape shape) => shape.Configuration.LayerCount * 2.0 * shape.Tokens * shape.Configuration.HiddenSize;

    private static double Head(Shape shape) => 2.0 * shape.Configuration.VocabularySize * shape.Configuration.HiddenSize;

    private static double Square(double x) => x * x;

    private static IEnumerable<(double Inputs, double Outputs)> Layers(Shape shape)
    {
        double width = shape.Configuration.HiddenSize, inner = shape.Configuration.IntermediateSize;
        return Enumerable.Range(0, (int)shape.Configuration.LayerCount)
            .SelectMany(_ => new[] { (width, 3 * width), (width, width), (width, inner), (inner, width) });
    }
}
