using System.Text.RegularExpressions;

namespace IfGuide.Storage.Artifacts;

/// <summary>The form of names in a store: segments of <c>[a-z0-9._-]</c> that start with a letter or a digit, joined by <c>/</c>.</summary>
/// <remarks>
/// The first character rules out <c>.</c>, <c>..</c> and hidden files.
/// So no name leaves its folder or meets the store's own files.
/// </remarks>
public static partial class ArtifactName
{
    private const int MaxNameLength = 512;
    private const int MaxSegmentLength = 200;

    /// <summary>Whether a text has the form of a name.</summary>
    /// <param name="name">The text.</param>
    public static bool IsName(string? name)
    {
        if (name is null or { Length: > MaxNameLength } || !MatchForm().IsMatch(name))
        {
            return false;
        }

        return Array.TrueForAll(name.Split('/'), segment => segment.Length <= MaxSegmentLength);
    }

    /// <summary>Checks a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">It has another form.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new ArgumentException(
                $"'{Shorten(name)}' is not a name of the store: use segments of a-z, 0-9, '.', '_' and '-' that start with a letter or digit, "
                + $"at most {MaxSegmentLength} characters each, joined by '/', at most {MaxNameLength} characters in all.",
                nameof(name));
        }
    }

    /// <summary>Checks a prefix: empty, or a name followed by <c>/</c>.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <exception cref="ArgumentException">It has another form.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length == 0)
        {
            return;
        }

        if (!prefix.EndsWith('/'))
        {
            throw new ArgumentException($"The prefix '{prefix}' must end in '/'.", nameof(prefix));
        }

        Check(prefix[..^1]);
    }

    private static string Shorten(string name)
    {
        if (name.Length <= MaxNameLength)
        {
            return name;
        }

        return name[..MaxNameLength] + "…";
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex MatchForm();
}
