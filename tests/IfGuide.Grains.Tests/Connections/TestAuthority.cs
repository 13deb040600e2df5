using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IfGuide.Client.Connections;
using IfGuide.Tests.Shared;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>A private authority, and the files of the certificates that it issues.</summary>
internal sealed class TestAuthority : IDisposable
{
    public static readonly Oid Server = new("1.3.6.1.5.5.7.3.1");
    public static readonly Oid Client = new("1.3.6.1.5.5.7.3.2");
    private readonly TemporaryFolder folder = new();
    private readonly X509Certificate2 root;
    private int issued;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        RootPath = folder.File("authority.pem");
        File.WriteAllText(RootPath, root.ExportCertificatePem());
    }

    public string RootPath { get; }

    public string Folder => folder.Path;

    public ClusterTls Silo() => Issue(["silo.ifguide"]);

    public ClusterTls ClientOnly() => Issue(["client.ifguide"], purposes: [Client]);

    /// <summary>Issues a certificate and writes it, its key and the authority to files.</summary>
    public ClusterTls Issue(string[] names, Oid[]? purposes = null, TimeSpan? ageAtExpiry = null, string? commonName = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName ?? "member of a test"}", key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var subject = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                subject.AddDnsName(name);
            }

            request.CertificateExtensions.Add(subject.Build());
        }

        OidCollection uses = [];
        foreach (var purpose in purposes ?? [Server, Client])
        {
            uses.Add(purpose);
        }

        if (uses.Count > 0)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        var until = ageAtExpiry is { } age ? DateTimeOffset.UtcNow - age : DateTimeOffset.UtcNow.AddDays(30);
        using var certificate = request.Create(root, DateTimeOffset.UtcNow.AddYears(-1), until, RandomNumberGenerator.GetBytes(12));
        var number = ++issued;
        var files = new ClusterTls(folder.File($"{number}.pem"), folder.File($"{number}.key"), RootPath);
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    public void Dispose()
    {
        root.Dispose();
        folder.Dispose();
    }
}
