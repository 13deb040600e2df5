using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IfGuide.Client.Connections;

/// <summary>What makes a certificate good for a purpose, the own one and a peer's alike.</summary>
internal static class CertificateChecks
{
    public static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    public static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>A policy that trusts the private authority alone, asks nobody on the network, and wants the purpose.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authority, Oid purpose)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authority);
        policy.ApplicationPolicy.Add(purpose);
        return policy;
    }

    /// <summary>The certificate's DNS names; its subject's common name does not count.</summary>
    public static IReadOnlyList<string> DnsNames(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];

    public static bool Has(X509Certificate2 certificate, ClusterIdentity identity) =>
        DnsNames(certificate).Contains(identity.DnsName(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the certificate names the purpose; one without any purposes is good for none here.</summary>
    public static bool IsFor(X509Certificate2 certificate, Oid purpose) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == purpose.Value));

    /// <summary>Names for a message.</summary>
    public static string Describe(IReadOnlyCollection<string> names) => names.Count == 0 ? "no DNS name" : $"the DNS {(names.Count == 1 ? "name" : "names")} {string.Join(", ", names)}";

    /// <summary>A chain's errors for a message.</summary>
    public static string Describe(X509Chain chain) => string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
}
