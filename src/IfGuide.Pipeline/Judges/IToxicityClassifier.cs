namespace IfGuide.Pipeline.Judges;

/// <summary>Rates how toxic a text is.</summary>
public interface IToxicityClassifier
{
    /// <summary>Its name in metrics and reports.</summary>
    string Name { get; }

    /// <summary>The toxicity of a text, in [0, 1]; 0.5 and above counts as toxic.</summary>
    /// <param name="text">A continuation, without its prompt.</param>
    double Toxicity(string text);

    /// <summary>The toxicity of many texts, in their order.</summary>
    /// <param name="texts">Continuations.</param>
    IReadOnlyList<double> Rate(IReadOnlyList<string> texts) => [.. texts.Select(Toxicity)];
}
