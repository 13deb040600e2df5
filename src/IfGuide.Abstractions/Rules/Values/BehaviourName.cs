using System.Text.RegularExpressions;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>What a behaviour may be called.</summary>
internal static partial class BehaviourName
{
    /// <summary>The same for the schema: the keys of a single pair are no names.</summary>
    public const string Pattern = "^(?!(?:toxic|nontoxic)$)[a-z0-9][a-z0-9-]{0,30}$";

    /// <summary>Completes the sentence "expected …".</summary>
    public const string Expected =
        "1 to 31 characters of a-z, 0-9 and '-', the first a letter or a digit, neither toxic nor nontoxic";

    /// <summary>Whether a text is a name.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"^(?!(?:toxic|nontoxic)\z)[a-z0-9][a-z0-9-]{0,30}\z")]
    private static partial Regex Form();
}
