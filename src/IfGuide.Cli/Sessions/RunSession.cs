using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Settings;
using IfGuide.Client;
using IfGuide.Grains.Hosting;
using IfGuide.Grains.Records;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Results;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.Logging;

namespace IfGuide.Cli.Sessions;

/// <summary>A client, with what answers it: a silo inside this process, or a cluster.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly IIfGuideClient? client;
    private readonly StoredRuns? stored;
    private readonly IAsyncDisposable? answerer;
    private readonly CommonSettings settings;
    private IStore? store;

    private RunSession(IIfGuideClient client, IAsyncDisposable answerer, CommonSettings settings, IStore? store)
    {
        this.client = client;
        this.answerer = answerer;
        this.settings = settings;
        this.store = store;
    }

    private RunSession(IStore store, CommonSettings settings)
    {
        stored = StoredRuns.Open(store);
        this.settings = settings;
        this.store = store;
    }

    /// <summary>The client; a session that only looks at a store has none.</summary>
    public IIfGuideClient Client => client ?? throw new InvalidOperationException("This session only looks at runs.");

    /// <summary>The store, from which results are read. A client of a cluster opens it when it is first asked for: following a run needs none.</summary>
    public IStore Store => store ??= StoreAccess.OpenExisting(settings);

    /// <summary>Whether runs go on without this process.</summary>
    public bool IsCluster => settings.Cluster is not null;

    /// <summary>Connects to the cluster that the settings name, or starts a silo over the store here; creates the store where <paramref name="create"/> says so.</summary>
    public static Task<RunSession> OpenAsync(CommandContext context, bool create, CancellationToken cancellationToken) =>
        context.Settings.Cluster is null ? EmbedAsync(context, create, cancellationToken) : ConnectAsync(context, cancellationToken);

    /// <summary>Opens a session that only looks at runs: over a store here it starts no silo.</summary>
    public static Task<RunSession> LookAsync(CommandContext context, CancellationToken cancellationToken) => context.Settings.Cluster is null
        ? Task.FromResult(new RunSession(StoreAccess.OpenExisting(context.Settings, cancellationToken), context.Settings))
        : ConnectAsync(context, cancellationToken);

    private static async Task<RunSession> ConnectAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var connection = await ClusterConnection.OpenAsync(context.Settings.Cluster!.Address, context.Settings.Cluster.ClientOptions, context.Settings.Verbose ? LogToStandardError : null, cancellationToken);
        return new RunSession(connection.Client, connection, context.Settings, store: null);
    }

    private static async Task<RunSession> EmbedAsync(CommandContext context, bool create, CancellationToken cancellationToken)
    {
        if (create && context.Settings.Device != "cpu")
        {
            CheckDevice(context.Settings.Device);
        }

        var store = create ? StoreAccess.OpenOrCreate(context.Settings, cancellationToken) : StoreAccess.OpenExisting(context.Settings, cancellationToken);
        var host = await EmbeddedHost.StartAsync(
            new EmbeddedOptions
            {
                Store = store,
                Device = context.Settings.Device,
                Threads = context.Settings.Threads,
                Logging = context.Settings.Verbose ? LogToStandardError : null,
            },
            cancellationToken);
        return new RunSession(new IfGuideClient(host.Grains), host, context.Settings, store);
    }

    /// <summary>The run of that id.</summary>
    /// <exception cref="UserErrorException">The id is none, or the store has no such run.</exception>
    public async Task<(RunHandle Run, RunStatus Status)> FindAsync(string id, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(id, cancellationToken);
        return (Client.GetRun(status.Run), status);
    }

    /// <summary>Where the run of that id stands.</summary>
    /// <exception cref="UserErrorException">The id is none, or the store has no such run.</exception>
    public async Task<RunStatus> StatusAsync(string id, CancellationToken cancellationToken)
    {
        if (!RunId.TryParse(id, out var run))
        {
            var shown = id.Length > 80 ? id[..80] + "…" : id;
            throw new UserErrorException($"'{shown}' is not a run id; expected 1 to 63 characters of a-z, 0-9 and '-'.");
        }

        var status = stored is null ? await Client.GetRun(run).StatusAsync(cancellationToken) : await ReadAsync(() => stored.FindAsync(run, cancellationToken));
        return status ?? throw NoSuchRun(id);
    }

    /// <summary>Where every run stands, in the order of their ids.</summary>
    public Task<IReadOnlyList<RunStatus>> ListAsync(CancellationToken cancellationToken) =>
        stored is null ? Client.ListAsync(cancellationToken) : ReadAsync(() => stored.ListAsync(cancellationToken: cancellationToken));

    /// <summary>Opens the results of the run of that id.</summary>
    /// <exception cref="UserErrorException">There is no such run, or its inputs are not prepared yet.</exception>
    public async Task<RunArtifacts> OpenArtifactsAsync(string id, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(id, cancellationToken);
        return await RunArtifacts.OpenAsync(Store, status, cancellationToken);
    }

    public UserErrorException NoSuchRun(string id) => settings.Cluster is { } cluster
        ? new($"The cluster at {cluster.Address} has no run '{id}'; 'ifguide list{cluster.Options}' shows what it has.")
        : new($"The store '{Store.Uri}' has no run '{id}'; 'ifguide list' shows what it has.");

    public ValueTask DisposeAsync() => answerer?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Checks that a device can be computed on.</summary>
    /// <exception cref="UserErrorException">It cannot.</exception>
    public static void CheckDevice(string device, int? threads = null)
    {
        try
        {
            DeviceProbe.Open(device, threads);
        }
        catch (Exception exception) when (exception is ArgumentException or DllNotFoundException)
        {
            throw new UserErrorException($"--device '{device}': {exception.Message}", exception);
        }
    }

    private static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (StoreUnavailableException exception)
        {
            throw StoreAccess.Translated(exception);
        }
    }

    private static void LogToStandardError(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Information).AddProvider(new StandardErrorLog());
}
