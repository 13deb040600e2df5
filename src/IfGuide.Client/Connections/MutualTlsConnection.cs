using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace IfGuide.Client.Connections;

/// <summary>Speaks TLS over a connection's transport, both sides showing certificates, before anything of Orleans is read or written.</summary>
/// <remarks>
/// Orleans' own (Microsoft.Orleans.Connections.Security 10.4.2) was tried and hides why a peer was refused. A failed handshake ends there like a good
/// connection: neither side gets an exception, and the log says "Authentication failed" without addresses. Its check of a certificate is told of no
/// connection, and is not asked when the peer shows none. <c>OrleansTlsTests</c> holds the package to that.
/// </remarks>
/// <param name="next">What runs over the secured connection.</param>
/// <param name="credentials">The own side.</param>
/// <param name="accepted">The identities that the other side may have.</param>
/// <param name="isServer">Whether the other side opened the connection.</param>
/// <param name="logger">The log.</param>
internal sealed class MutualTlsConnection(ConnectionDelegate next, TlsCredentials credentials, IReadOnlyList<ClusterIdentity> accepted, bool isServer, ILogger logger)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(1);

    /// <summary>Secures the connection and runs the rest; a peer that is refused gets no further.</summary>
    /// <param name="connection">The connection.</param>
    /// <exception cref="AuthenticationException">This side opened the connection and the handshake failed.</exception>
    public async Task RunAsync(ConnectionContext connection)
    {
        var transport = connection.Transport;
        await using var stream = new SslStream(new DuplexPipeStream(transport), leaveInnerStreamOpen: false);
        if (!await TryHandshakeAsync(stream, connection).ConfigureAwait(false))
        {
            return;
        }

        var secured = new SecuredTransport(stream);
        connection.Transport = secured;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await secured.CompleteAsync().ConfigureAwait(false);
            await ShutDownAsync(stream).ConfigureAwait(false);
            connection.Transport = transport;
        }
    }

    private async Task<bool> TryHandshakeAsync(SslStream stream, ConnectionContext connection)
    {
        var check = new PeerCheck(accepted, isServer ? CertificateChecks.ClientAuthentication : CertificateChecks.ServerAuthentication);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(HandshakeLimit);
        try
        {
            var material = credentials.Current(logger);
            await (isServer
                ? stream.AuthenticateAsServerAsync(ServerOptions(material, check), limit.Token)
                : stream.AuthenticateAsClientAsync(ClientOptions(material, check), limit.Token)).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException or ConnectionAbortedException)
        {
            var reason = check.Refusal ?? (exception, connection.ConnectionClosed.IsCancellationRequested) switch
            {
                (OperationCanceledException, false) => $"no handshake within {HandshakeLimit.TotalSeconds:0} s",
                (OperationCanceledException, true) => "the other side hung up; its log may say why",
                (_, _) when exception.ToString().Contains("frame size", StringComparison.Ordinal) => "it does not speak TLS",
                _ => (exception.InnerException ?? exception).Message,
            };
            if (isServer)
            {
                logger.LogWarning("Refused a connection from {Remote} to {Local}: {Reason}.", connection.RemoteEndPoint, connection.LocalEndPoint, reason.TrimEnd('.'));
                connection.Abort(new ConnectionAbortedException(reason));
                return false;
            }

            throw new AuthenticationException($"TLS with {connection.RemoteEndPoint} failed: {reason.TrimEnd('.')}.", exception);
        }
    }

    private static SslServerAuthenticationOptions ServerOptions(TlsMaterial material, PeerCheck check) => new()
    {
        ServerCertificateContext = material.Context,
        ClientCertificateRequired = true,
        CertificateChainPolicy = CertificateChecks.Policy(material.Authority, CertificateChecks.ClientAuthentication),
        RemoteCertificateValidationCallback = check.Check,
        EnabledSslProtocols = Protocols,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        AllowTlsResume = false, // a session begun at the gateway must not open the silo's port
        AllowRenegotiation = false,
    };

    private static SslClientAuthenticationOptions ClientOptions(TlsMaterial material, PeerCheck check) => new()
    {
        TargetHost = ClusterIdentity.Silo.DnsName(),
        ClientCertificateContext = material.Context,
        CertificateChainPolicy = CertificateChecks.Policy(material.Authority, CertificateChecks.ServerAuthentication),
        RemoteCertificateValidationCallback = check.Check,
        EnabledSslProtocols = Protocols,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    /// <summary>Tells the other side that this is the end and not a cut; it may be gone already.</summary>
    private static async Task ShutDownAsync(SslStream stream)
    {
        try
        {
            await stream.ShutdownAsync().WaitAsync(ShutdownLimit).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or InvalidOperationException or ConnectionAbortedException or OperationCanceledException)
        {
            // The other side has hung up already.
        }
    }

    /// <summary>The two pipes over the TLS stream.</summary>
    private sealed class SecuredTransport(SslStream stream) : IDuplexPipe
    {
        private const int BufferSize = 64 << 10;

        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(MemoryPool<byte>.Shared, BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(MemoryPool<byte>.Shared, BufferSize, leaveOpen: true));

        public async Task CompleteAsync()
        {
            try
            {
                await Input.CompleteAsync().ConfigureAwait(false);
                await Output.CompleteAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException or ConnectionAbortedException or OperationCanceledException)
            {
                // What was not written has nowhere to go.
            }
        }
    }
}
