using System.CommandLine;

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

    public static void AddTo(RootCommand root)
    {
        root.Add(Cluster);
        root.Add(Id);
    }

    public static ClusterSettings? Read(ParseResult result) => result.GetValue(Cluster) is { } uri ? new ClusterSettings(uri, result.GetValue(Id)!) : null;
}
