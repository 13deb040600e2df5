namespace IfGuide.Client.Connections;

/// <summary>The PEM files with which a silo or a client shows who it is and recognises the others. They may be replaced while it runs: new connections use the new ones.</summary>
/// <param name="Certificate">Path of the own certificate, any intermediate certificates after it.</param>
/// <param name="Key">Path of the certificate's private key, not encrypted.</param>
/// <param name="Authority">Path of the certificates of the authority that issued every certificate of the cluster; more than one while the authority is being replaced.</param>
public sealed record ClusterTls(string Certificate, string Key, string Authority);

/// <summary>Who a certificate is for. The names stand among the certificate's subject alternative names, as DNS names.</summary>
public enum ClusterIdentity
{
    /// <summary>A silo: <c>silo.ifguide</c>. May join the cluster.</summary>
    Silo,
    /// <summary>A client: <c>client.ifguide</c>. May call the cluster by its gateways, and no more.</summary>
    Client,
}

/// <summary>The names of identities.</summary>
public static class ClusterIdentities
{
    /// <summary>The DNS name that a certificate of the identity has.</summary>
    /// <param name="identity">The identity.</param>
    public static string DnsName(this ClusterIdentity identity) => identity == ClusterIdentity.Silo ? "silo.ifguide" : "client.ifguide";
}
