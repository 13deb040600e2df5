using System.Text.RegularExpressions;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Where a store lies in an account: <c>azure:CONTAINER[/PREFIX]</c>.</summary>
/// <param name="Container">The container.</param>
/// <param name="Prefix">Empty, or a path that ends in <c>/</c>.</param>
internal sealed partial record AzureLocation(string Container, string Prefix)
{
    /// <summary>What URIs of such stores start with.</summary>
    public const string Scheme = "azure:";

    /// <summary>Reads a URI.</summary>
    /// <exception cref="UserErrorException">It has another form.</exception>
    public static AzureLocation Parse(string uri)
    {
        var parts = uri[Scheme.Length..].TrimEnd('/').Split('/', 2);
        if (!MatchContainer().IsMatch(parts[0]))
        {
            throw new UserErrorException(
                $"The store '{uri}' names no container: expected azure:CONTAINER or azure:CONTAINER/PREFIX, "
                + "where CONTAINER has 3 to 63 characters of a-z, 0-9 and single '-', such as azure:ifguide.");
        }

        if (parts.Length == 1)
        {
            return new AzureLocation(parts[0], string.Empty);
        }

        CheckPrefix(uri, parts[1]);
        return new AzureLocation(parts[0], parts[1] + "/");
    }

    /// <summary>Prefix of artifacts' blobs.</summary>
    public string Artifacts => Prefix + "artifacts/";

    /// <summary>Prefix of records' blobs.</summary>
    public string Records => Prefix + "records/";

    /// <summary>The URI.</summary>
    public override string ToString() => $"{Scheme}{Container}/{Prefix}".TrimEnd('/');

    private static void CheckPrefix(string uri, string prefix)
    {
        try
        {
            ArtifactName.Check(prefix);
        }
        catch (ArgumentException exception)
        {
            throw new UserErrorException(
                $"The store '{uri}' has a prefix that cannot be used: expected segments of a-z, 0-9, '.', '_' and '-' "
                + "that start with a letter or digit, joined by '/', such as azure:ifguide/team-a.",
                exception);
        }
    }

    [GeneratedRegex(@"\A(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex MatchContainer();
}
