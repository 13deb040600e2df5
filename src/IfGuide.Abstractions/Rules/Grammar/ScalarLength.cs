namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>How long a word may be.</summary>
internal static class ScalarLength
{
    /// <summary>No value needs more characters: the longest path of Linux.</summary>
    public const int Max = 4096;

    /// <summary>Refuses a word that is too long.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="UserErrorException">It is too long.</exception>
    public static void Check(Node node, KeyPlace place)
    {
        if (node is ScalarNode { Text.Length: > Max and var length })
        {
            throw place.Error(node, $"{place.Words} is {length} characters long; expected at most {Max}.");
        }
    }
}
