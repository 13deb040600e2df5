using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using IfGuide.Client.Connections;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>A silo of its own host with real sockets on the loopback address; the first one of a cluster keeps the membership.</summary>
internal sealed class SocketSilo : IAsyncDisposable
{
    private const string Cluster = "sockets";
    private readonly IHost host;

    private SocketSilo(IHost host, int siloPort, int gatewayPort, ConcurrentQueue<string> log)
    {
        this.host = host;
        SiloPort = siloPort;
        GatewayPort = gatewayPort;
        Log = log;
    }

    public int SiloPort { get; }

    public int GatewayPort { get; }

    /// <summary>What the connections said.</summary>
    public ConcurrentQueue<string> Log { get; }

    public IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a silo.</summary>
    /// <param name="store">The store.</param>
    /// <param name="tls">Its files; null: plain text.</param>
    /// <param name="primary">The first silo; null: this is the first.</param>
    /// <param name="configure">More settings.</param>
    public static async Task<SocketSilo> StartAsync(TemporaryStore store, ClusterTls? tls, SocketSilo? primary = null, Action<ISiloBuilder>? configure = null)
    {
        var (host, silo) = Create(store, tls, primary?.SiloPort, configure);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return silo;
    }

    /// <summary>Tries for a while to start a silo that nobody should let in.</summary>
    /// <returns>Whether it came to run.</returns>
    public static async Task<bool> TryIntrudeAsync(TemporaryStore store, Action<ISiloBuilder>? configure, SocketSilo primary, TimeSpan patience)
    {
        var (host, _) = Create(store, tls: null, primary.SiloPort, configure);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await host.StartAsync(limit.Token).WaitAsync(patience, TestContext.Current.CancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
        finally
        {
            _ = EndAsync(host); // a silo that never joined takes its time to give up
        }
    }

    /// <remarks>Not disposed of: under a silo that never started, Orleans' grain directory would ask the disposed membership again and again, and burn a processor until the process ends.</remarks>
    private static async Task EndAsync(IHost host)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await host.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Connects a client to the gateway; gives up after a while.</summary>
    public async Task<IHost> ConnectAsync(Action<IClientBuilder> configure, TimeSpan patience)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(GatewayPort, "ifguide", Cluster);
            configure(client);
        });
        var client = builder.Build();
        try
        {
            using var limit = new CancellationTokenSource(patience);
            await client.StartAsync(limit.Token).WaitAsync(patience, TestContext.Current.CancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The members that the cluster counts as active.</summary>
    public async Task<int> ActiveAsync() => (await Grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count;

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await host.StopAsync(limit.Token);
        host.Dispose();
    }

    private static (IHost Host, SocketSilo Silo) Create(TemporaryStore store, ClusterTls? tls, int? primary, Action<ISiloBuilder>? configure)
    {
        var (siloPort, gatewayPort) = FreePorts();
        var log = new ConcurrentQueue<string>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new ConnectionLog(log));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, primary is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null, "ifguide", Cluster);
            silo.UseInMemoryReminderService();
            silo.AddIfGuide(new IfGuideSiloOptions
            {
                Store = store.Store,
                Records = store.Store,
                Executors = new ToyExecutors(store.Store),
                Planner = new ToyPlanner(store.Store),
                Coordination = new CoordinationOptions { Beat = TimeSpan.FromMilliseconds(100), UnitWait = TimeSpan.FromMilliseconds(500) },
            });
            if (tls is not null)
            {
                silo.UseMutualTls(tls);
            }

            configure?.Invoke(silo);
        });
        var host = builder.Build();
        return (host, new SocketSilo(host, siloPort, gatewayPort, log));
    }

    /// <summary>Two different ports: Orleans would let two listeners share one.</summary>
    private static (int Silo, int Gateway) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class ConnectionLog(ConcurrentQueue<string> log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => categoryName == "IfGuide.Connections" ? new Logger(log) : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void Dispose() { }

        private sealed class Logger(ConcurrentQueue<string> log) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => log.Enqueue(formatter(state, exception));
        }
    }
}
