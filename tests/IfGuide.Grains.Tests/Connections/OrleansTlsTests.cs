using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>What Orleans' own TLS keeps to itself, and why IfGuide speaks TLS by <c>MutualTlsConnection</c>. When one of these fails, try the package again.</summary>
public sealed class OrleansTlsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TestAuthority authority = new();
    private readonly X509Certificate2 certificate;
    private readonly ConcurrentQueue<string> log = new();
    private int validations;

    public OrleansTlsTests()
    {
        var files = authority.Silo();
        certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
    }

    [Fact]
    public async Task Server_HidesWhyAPeerWasRefused_FromTheOnesAroundIt()
    {
        await AssertKeepsTheReasonAsync(builder => builder.UseServerTls(Options()), Encoding.ASCII.GetBytes(new string('x', 512)));
        await AssertKeepsTheReasonAsync(builder => builder.UseServerTls(Options()), received: []);
    }

    [Fact]
    public async Task Client_HidesThatTheHandshakeFailed_FromTheOnesAroundIt()
    {
        await AssertKeepsTheReasonAsync(builder => builder.UseClientTls(Options()), Encoding.ASCII.GetBytes(new string('x', 512)));
        await AssertKeepsTheReasonAsync(builder => builder.UseClientTls(Options()), received: []);
    }

    public void Dispose()
    {
        certificate.Dispose();
        authority.Dispose();
    }

    /// <summary>The connection ends as if all were well: no exception, no question, and one line of log that names neither end nor reason.</summary>
    private async Task AssertKeepsTheReasonAsync(Action<IConnectionBuilder> useTls, byte[] received)
    {
        log.Clear();
        var (transport, application) = (new Pipe(), new Pipe());
        await using var connection = new DefaultConnectionContext("peer", new Duplex(transport.Reader, application.Writer), new Duplex(application.Reader, transport.Writer));
        await transport.Writer.WriteAsync(received);
        await transport.Writer.CompleteAsync();
        using var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(new Messages(log))).BuildServiceProvider();
        var builder = new ConnectionBuilder(services);
        var secured = false;
        useTls(builder);
        builder.Run(_ =>
        {
            secured = true;
            return Task.CompletedTask;
        });
        await builder.Build()(connection).WaitAsync(Limit);
        Assert.False(secured);
        Assert.Equal(0, validations);
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);
        Assert.Equal(["Authentication failed"], log);
    }

    /// <remarks>The callback is told of no connection: one set of options serves all of a kind.</remarks>
    private TlsOptions Options() => new()
    {
        LocalCertificate = certificate,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (_, _, _) =>
        {
            validations++;
            return true;
        },
        OnAuthenticateAsClient = (_, client) => client.TargetHost = "silo.ifguide",
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Messages(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => log.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }
}
