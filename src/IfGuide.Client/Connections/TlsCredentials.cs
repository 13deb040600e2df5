using IfGuide.Abstractions;
using Microsoft.Extensions.Logging;

namespace IfGuide.Client.Connections;

/// <summary>A process' certificate, key and authority, read anew from their files for each connection.</summary>
/// <remarks>Files that do not go together, as in the middle of being replaced, are told in the log and the last good ones stay in use.</remarks>
public sealed class TlsCredentials
{
    private readonly ClusterTls paths;
    private readonly ClusterIdentity identity;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private TlsFiles files;
    private TlsMaterial material;

    private TlsCredentials(ClusterTls paths, ClusterIdentity identity, TimeProvider time)
    {
        this.paths = paths;
        this.identity = identity;
        this.time = time;
        files = TlsFiles.Read(paths);
        material = TlsMaterial.Load(files, paths, identity, time.GetUtcNow());
    }

    /// <summary>Loads and checks the files.</summary>
    /// <param name="paths">Where they are.</param>
    /// <param name="identity">Who the certificate must be for.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <exception cref="UserErrorException">A file is missing or unreadable, the key is another's, the certificate has expired, is for somebody else, or of another authority.</exception>
    public static TlsCredentials Open(ClusterTls paths, ClusterIdentity identity, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new TlsCredentials(paths, identity, time ?? TimeProvider.System);
    }

    /// <summary>What the files hold now.</summary>
    internal TlsMaterial Current(ILogger logger)
    {
        lock (gate)
        {
            try
            {
                var now = TlsFiles.Read(paths);
                if (now != files)
                {
                    material = TlsMaterial.Load(now, paths, identity, time.GetUtcNow());
                    files = now;
                    logger.LogInformation("The TLS certificate was read anew; it is valid until {NotAfter:u}.", material.Certificate.NotAfter.ToUniversalTime());
                }
            }
            catch (UserErrorException exception)
            {
                logger.LogWarning("The TLS files changed and are not good; the last good ones stay in use. {Reason}", exception.Message);
            }

            return material;
        }
    }
}
