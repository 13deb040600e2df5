using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Preconditioning;

namespace IfGuide.Pipeline.Methods;

/// <summary>The objects behind the methods that a specification names. Nobody else reads these names.</summary>
internal static class RunMethods
{
    /// <summary>The approximation of the curvature.</summary>
    public static ICurvature Curvature(this FactorsSpec factors) => Curvatures.Find(Word(factors.Strategy));

    /// <summary>What is added to the curvature.</summary>
    public static IDampingRule DampingRule(this FactorsSpec factors)
    {
        if (factors.Damping is { } absolute)
        {
            return new AbsoluteDamping(absolute);
        }

        return new AutomaticDamping();
    }

    /// <summary>The meaning of a score.</summary>
    public static IScoreMethod Method(this ScoresSpec scores) => ScoreMethods.Find(Word(scores.Kind));

    /// <summary>What a summed query gradient is divided by.</summary>
    public static GradientNormalisation Normalisation(this ScoresSpec scores) => scores.Normalise switch
    {
        QueryNormalisation.Sequence => GradientNormalisation.Sequence,
        QueryNormalisation.Token => GradientNormalisation.Token,
        QueryNormalisation.Sum => GradientNormalisation.Sum,
        _ => throw new ArgumentOutOfRangeException(nameof(scores), scores.Normalise, "There is no such normalisation."),
    };

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
