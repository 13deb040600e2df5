namespace IfGuide.Pipeline.Planning;

/// <summary>Models that a run compares. Some are trained; those with <c>rad</c> decode a trained model otherwise.</summary>
internal static class Variants
{
    /// <summary>Trained on everything.</summary>
    public const string Base = "base";

    /// <summary>Trained with the selected tokens suppressed.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Trained without the words of a lexicon.</summary>
    public const string WordFilter = "word-filter";

    /// <summary>Trained with as many random tokens suppressed as the selection has.</summary>
    public const string Random = "random";

    /// <summary>The base model, tuned by direct preference optimisation.</summary>
    public const string Dpo = "dpo";

    /// <summary>The base model under reward-augmented decoding.</summary>
    public const string Rad = "rad";

    /// <summary>The suppressed model under reward-augmented decoding.</summary>
    public const string SuppressedRad = "suppressed-rad";

    /// <summary>The trained model that a variant decodes.</summary>
    public static string Trained(string variant) => variant switch
    {
        Rad => Base,
        SuppressedRad => Suppressed,
        _ => variant,
    };

    /// <summary>Whether a variant decodes by reward.</summary>
    public static bool IsRewarded(string variant) => variant is Rad or SuppressedRad;

    /// <summary>The models to train for a comparison, each once, in sets of which each needs those before it.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> TrainedFirst(IEnumerable<string> compared)
    {
        var trained = compared.Select(Trained).Distinct().ToList();
        if (!trained.Remove(Dpo))
        {
            return [trained];
        }

        return [[.. trained.Append(Base).Distinct()], [Dpo]];
    }
}
