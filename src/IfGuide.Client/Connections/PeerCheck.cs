using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace IfGuide.Client.Connections;

/// <summary>Decides whether the other side of one connection may come in, and remembers why not.</summary>
/// <param name="accepted">The identities that may.</param>
/// <param name="purpose">What its certificate must be for.</param>
internal sealed class PeerCheck(IReadOnlyList<ClusterIdentity> accepted, System.Security.Cryptography.Oid purpose)
{
    /// <summary>Why the peer was refused; null: it was not.</summary>
    public string? Refusal { get; private set; }

    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Refuse(certificate as X509Certificate2, chain, errors);
        return Refusal is null;
    }

    private string? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "it shows no certificate";
        }

        var names = CertificateChecks.Describe(CertificateChecks.DnsNames(certificate));
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return $"its certificate ({names}, '{certificate.Subject}' issued by '{certificate.Issuer}') is not good: {(chain is null ? "no chain" : CertificateChecks.Describe(chain))}";
        }

        if (!CertificateChecks.IsFor(certificate, purpose))
        {
            return $"its certificate ({names}) has no extended key usage {purpose.Value}";
        }

        return accepted.Any(identity => CertificateChecks.Has(certificate, identity))
            ? null
            : $"its certificate has {names}, and only {string.Join(" and ", accepted.Select(identity => identity.DnsName()))} may connect here";
    }
}
