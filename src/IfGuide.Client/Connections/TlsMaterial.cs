using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IfGuide.Abstractions;

namespace IfGuide.Client.Connections;

/// <summary>The contents of the three files.</summary>
internal sealed record TlsFiles(string Certificate, string Key, string Authority)
{
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    public static TlsFiles Read(ClusterTls paths) => new(Read(paths.Certificate, "certificate"), Read(paths.Key, "key"), Read(paths.Authority, "authority"));

    /// <summary>Never the key, whoever prints this.</summary>
    public override string ToString() => nameof(TlsFiles);

    private static string Read(string path, string what)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserErrorException($"The TLS {what} '{path}' cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>A certificate with its key, and the authority, loaded and found good.</summary>
internal sealed class TlsMaterial
{
    private TlsMaterial(X509Certificate2 certificate, SslStreamCertificateContext context, X509Certificate2Collection authority)
    {
        Certificate = certificate;
        Context = context;
        Authority = authority;
    }

    public X509Certificate2 Certificate { get; }

    public SslStreamCertificateContext Context { get; }

    public X509Certificate2Collection Authority { get; }

    /// <exception cref="UserErrorException">The files do not go together, or are not for the identity; the message names the file and what to do.</exception>
    public static TlsMaterial Load(TlsFiles files, ClusterTls paths, ClusterIdentity identity, DateTimeOffset now)
    {
        var authority = Certificates(files.Authority, paths.Authority);
        var certificates = Certificates(files.Certificate, paths.Certificate);
        var certificate = WithKey(files, paths);
        CheckTime(certificate, paths.Certificate, now);
        CheckName(certificate, paths.Certificate, identity);
        Oid[] purposes = identity == ClusterIdentity.Silo ? [CertificateChecks.ServerAuthentication, CertificateChecks.ClientAuthentication] : [CertificateChecks.ClientAuthentication];
        var intermediates = new X509Certificate2Collection(certificates.Skip(1).ToArray());
        foreach (var purpose in purposes)
        {
            CheckPurpose(certificate, paths.Certificate, purpose);
            CheckIssuer(certificate, intermediates, CertificateChecks.Policy(authority, purpose), paths);
        }

        return new TlsMaterial(certificate, SslStreamCertificateContext.Create(certificate, intermediates, offline: true), authority);
    }

    private static X509Certificate2Collection Certificates(string pem, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException exception)
        {
            throw new UserErrorException($"'{path}' holds a damaged certificate: {exception.Message}", exception);
        }

        return certificates.Count > 0 ? certificates : throw new UserErrorException($"'{path}' holds no certificate: expected PEM text that has a line -----BEGIN CERTIFICATE-----.");
    }

    private static X509Certificate2 WithKey(TlsFiles files, ClusterTls paths)
    {
        if (files.Key.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || files.Key.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw new UserErrorException($"The TLS key '{paths.Key}' is encrypted: a silo has nobody to ask for the passphrase. Store it decrypted, readable by the silo's user alone.");
        }

        try
        {
            return X509Certificate2.CreateFromPem(files.Certificate, files.Key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new UserErrorException($"The TLS key '{paths.Key}' is not the private key of the certificate '{paths.Certificate}': {exception.Message}", exception);
        }
    }

    private static void CheckTime(X509Certificate2 certificate, string path, DateTimeOffset now)
    {
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            var what = now > certificate.NotAfter ? $"expired on {Day(certificate.NotAfter)}" : $"is valid only from {Day(certificate.NotBefore)}";
            throw new UserErrorException($"The TLS certificate '{path}' {what}: have the authority issue a new one.");
        }
    }

    private static void CheckName(X509Certificate2 certificate, string path, ClusterIdentity identity)
    {
        if (CertificateChecks.Has(certificate, identity) || (identity == ClusterIdentity.Client && CertificateChecks.Has(certificate, ClusterIdentity.Silo)))
        {
            return;
        }

        var names = CertificateChecks.Describe(CertificateChecks.DnsNames(certificate));
        throw new UserErrorException($"The TLS certificate '{path}' has {names}; a {(identity == ClusterIdentity.Silo ? "silo" : "client")}'s certificate has {identity.DnsName()} among its subject alternative names.");
    }

    private static void CheckPurpose(X509Certificate2 certificate, string path, Oid purpose)
    {
        if (!CertificateChecks.IsFor(certificate, purpose))
        {
            var (name, hint) = purpose.Value == CertificateChecks.ServerAuthentication.Value ? ("serverAuth", "; a silo needs serverAuth and clientAuth") : ("clientAuth", string.Empty);
            throw new UserErrorException($"The TLS certificate '{path}' has no extended key usage {name}{hint}.");
        }
    }

    private static void CheckIssuer(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509ChainPolicy policy, ClusterTls paths)
    {
        using var chain = new X509Chain { ChainPolicy = policy };
        policy.ExtraStore.AddRange(intermediates);
        if (!chain.Build(certificate))
        {
            throw new UserErrorException($"The TLS certificate '{paths.Certificate}' was not issued by the authority '{paths.Authority}' ({CertificateChecks.Describe(chain)}): the authority's file must hold the root certificate that signed it, and intermediates follow the certificate in its own file.");
        }
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
