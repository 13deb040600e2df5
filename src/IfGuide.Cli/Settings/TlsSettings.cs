using IfGuide.Abstractions;
using IfGuide.Client.Connections;

namespace IfGuide.Cli.Settings;

/// <summary>The three files of mutual TLS.</summary>
/// <param name="Certificate">The own certificate.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">The authority of the cluster.</param>
internal sealed record TlsSettings(TlsFile Certificate, TlsFile Key, TlsFile Authority)
{
    private TlsFile[] All => [Certificate, Key, Authority];

    /// <summary>The options that name the files again, for a line that a person can type.</summary>
    public string Options => string.Concat(All.Where(file => file.Given is not null).Select(file => $" {file.Option} {file.Given}"));

    /// <summary>All three files; null: none is named.</summary>
    /// <exception cref="UserErrorException">Some are named and some are not.</exception>
    public ClusterTls? Complete()
    {
        var missing = All.Where(file => file.Path is null).ToList();
        return missing.Count switch
        {
            0 => new ClusterTls(Certificate.Path!, Key.Path!, Authority.Path!),
            3 => null,
            _ => throw new UserErrorException($"TLS needs three files: {string.Join(" and ", missing.Select(file => $"{file.Option} (or {file.Variable})"))} missing."),
        };
    }
}
