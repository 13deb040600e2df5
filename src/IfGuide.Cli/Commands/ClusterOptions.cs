using System.CommandLine;
using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Commands;

/// <summary>The options that name a cluster; every command understands them.</summary>
internal static class ClusterOptions
{
    private static readonly Option<string?> Cluster = new("--cluster")
    {
        Description = "The cluster that computes, as redis://HOST:PORT (rediss:// for TLS); absent: this process (embedded).",
        HelpName = "URI",
        Recursive = true,
    };

    private static readonly Option<string> Id = new("--cluster-id")
    {
        Description = "Tells clusters over one Redis apart.",
        HelpName = "ID",
        DefaultValueFactory = _ => "ifguide",
        Recursive = true,
    };

    private static readonly Option<string?> Certificate = File("--tls-certificate", "The certificate that this process shows to the cluster's others.");
    private static readonly Option<string?> Key = File("--tls-key", "The private key of --tls-certificate.");
    private static readonly Option<string?> Authority = File("--tls-authority", "The authority that the certificates of the others must be of.");

    public static void AddTo(RootCommand root)
    {
        root.Add(Cluster);
        root.Add(Id);
        root.Add(Certificate);
        root.Add(Key);
        root.Add(Authority);
    }

    public static ClusterSettings? Read(ParseResult result) => result.GetValue(Cluster) is { } uri ? new ClusterSettings(uri, result.GetValue(Id)!, Tls(result)) : null;

    private static TlsSettings Tls(ParseResult result) => new(
        new TlsFile(Certificate.Name, "IFGUIDE_TLS_CERTIFICATE", result.GetValue(Certificate)),
        new TlsFile(Key.Name, "IFGUIDE_TLS_KEY", result.GetValue(Key)),
        new TlsFile(Authority.Name, "IFGUIDE_TLS_AUTHORITY", result.GetValue(Authority)));

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "PEM", Recursive = true };
}
