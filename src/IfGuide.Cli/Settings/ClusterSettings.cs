using IfGuide.Abstractions;
using IfGuide.Client;
using IfGuide.Client.Clusters;
using IfGuide.Client.Connections;

namespace IfGuide.Cli.Settings;

/// <summary>The cluster that the command line names.</summary>
/// <param name="Uri">Where its Redis is.</param>
/// <param name="Id">Its id there.</param>
/// <param name="TlsFiles">The files of mutual TLS.</param>
internal sealed record ClusterSettings(string Uri, string Id, TlsSettings TlsFiles)
{
    private const string DefaultId = "ifguide";

    /// <summary>The cluster's address.</summary>
    /// <exception cref="UserErrorException">The URI or the id has another form.</exception>
    public ClusterAddress Address => ClusterAddress.Parse(Uri, Id);

    /// <summary>The files of mutual TLS; null: plain text.</summary>
    /// <exception cref="UserErrorException">Some are named and some are not.</exception>
    public ClusterTls? Tls => TlsFiles.Complete();

    /// <summary>How a client of this cluster behaves.</summary>
    public IfGuideClientOptions ClientOptions => new() { Tls = Tls };

    /// <summary>The options that name this cluster again, for a line that a person can type.</summary>
    public string Options => $" --cluster {Address}" + (Id == DefaultId ? string.Empty : $" --cluster-id {Id}") + TlsFiles.Options;
}
