using System.Security.Cryptography;
using IfGuide.Abstractions;
using IfGuide.Client.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>The own certificate is examined before anything listens, and the message says which file is wrong and why.</summary>
public sealed class TlsCredentialsTests : IDisposable
{
    private readonly TestAuthority authority = new();

    [Fact]
    public void Files_ThatGoTogether_AreTaken()
    {
        Assert.NotNull(TlsCredentials.Open(authority.Silo(), ClusterIdentity.Silo));
        Assert.NotNull(TlsCredentials.Open(authority.ClientOnly(), ClusterIdentity.Client));
        Assert.NotNull(TlsCredentials.Open(authority.Silo(), ClusterIdentity.Client)); // a silo may call as a client does
    }

    [Fact]
    public void MissingFile_IsNamed()
    {
        var missing = authority.Silo() with { Key = Path.Combine(authority.Folder, "nowhere.key") };
        Assert.Contains($"The TLS key '{missing.Key}' cannot be read", Refusal(missing), StringComparison.Ordinal);
    }

    [Fact]
    public void FileWithoutACertificate_IsNamed()
    {
        var files = authority.Silo();
        Assert.Contains($"'{files.Key}' holds no certificate", Refusal(files with { Certificate = files.Key }), StringComparison.Ordinal);
        Assert.Contains($"'{files.Key}' holds no certificate", Refusal(files with { Authority = files.Key }), StringComparison.Ordinal);
    }

    [Fact]
    public void AnothersKey_IsRefused() =>
        Assert.Contains("is not the private key of the certificate", Refusal(authority.Silo() with { Key = authority.Silo().Key }), StringComparison.Ordinal);

    [Fact]
    public void EncryptedKey_IsRefusedWithTheRemedy()
    {
        var files = authority.Silo();
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(files.Key));
        File.WriteAllText(files.Key, key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Assert.Contains("is encrypted", Refusal(files), StringComparison.Ordinal);
    }

    [Fact]
    public void ExpiredCertificate_IsRefusedWithTheDate() =>
        Assert.Contains("expired on 20", Refusal(authority.Issue(["silo.ifguide"], ageAtExpiry: TimeSpan.FromDays(1))), StringComparison.Ordinal);

    [Fact]
    public void NameOfAnother_IsRefused()
    {
        var refusal = Refusal(authority.ClientOnly());
        Assert.Contains("has the DNS name client.ifguide; a silo's certificate has silo.ifguide", refusal, StringComparison.Ordinal);
        Assert.Contains("has no DNS name; a silo's", Refusal(authority.Issue([], commonName: "silo.ifguide")), StringComparison.Ordinal);
        Assert.Contains("has the DNS name *.ifguide; a silo's", Refusal(authority.Issue(["*.ifguide"])), StringComparison.Ordinal);
    }

    [Fact]
    public void CertificateForOtherPurposes_IsRefused()
    {
        Assert.Contains("has no extended key usage clientAuth", Refusal(authority.Issue(["silo.ifguide"], purposes: [TestAuthority.Server])), StringComparison.Ordinal);
        Assert.Contains("has no extended key usage serverAuth", Refusal(authority.Issue(["silo.ifguide"], purposes: [])), StringComparison.Ordinal);
    }

    [Fact]
    public void CertificateOfAnotherAuthority_IsRefused()
    {
        using var other = new TestAuthority();
        Assert.Contains($"was not issued by the authority '{other.RootPath}'", Refusal(authority.Silo() with { Authority = other.RootPath }), StringComparison.Ordinal);
    }

    [Fact]
    public void ReplacedFiles_AreUsedForTheNextConnection()
    {
        var files = authority.Silo();
        var credentials = TlsCredentials.Open(files, ClusterIdentity.Silo);
        var before = credentials.Current(NullLogger.Instance).Certificate.SerialNumber;
        var fresh = authority.Silo();
        File.Copy(fresh.Certificate, files.Certificate, overwrite: true);
        Assert.Equal(before, credentials.Current(NullLogger.Instance).Certificate.SerialNumber); // the key is not there yet
        File.Copy(fresh.Key, files.Key, overwrite: true);
        Assert.NotEqual(before, credentials.Current(NullLogger.Instance).Certificate.SerialNumber);
    }

    public void Dispose() => authority.Dispose();

    private static string Refusal(ClusterTls files) => Assert.Throws<UserErrorException>(() => TlsCredentials.Open(files, ClusterIdentity.Silo)).Message;
}
