using IfGuide.Abstractions;
using IfGuide.Cli.Commands;
using IfGuide.Client;
using IfGuide.Grains.Hosting;
using IfGuide.Numerics.Runtime;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.Logging;

namespace IfGuide.Cli.Sessions;

/// <summary>A client, with the silo inside this process that answers it.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly EmbeddedHost host;

    private RunSession(EmbeddedHost host, IStore store)
    {
        this.host = host;
        Store = store;
        Client = new IfGuideClient(host.Grains);
    }

    public IIfGuideClient Client { get; }

    public IStore Store { get; }

    /// <summary>Starts a session over a store; creates the store where <paramref name="create"/> says so.</summary>
    public static async Task<RunSession> OpenAsync(CommandContext context, bool create, CancellationToken cancellationToken)
    {
        context.Settings.RequireEmbedded();
        if (create && context.Settings.Device != "cpu")
        {
            CheckDevice(context.Settings.Device);
        }

        var store = create ? StoreAccess.OpenOrCreate(context.Settings) : StoreAccess.OpenExisting(context.Settings);
        var host = await EmbeddedHost.StartAsync(
            new EmbeddedOptions
            {
                Store = store,
                Device = context.Settings.Device,
                Threads = context.Settings.Threads,
                Logging = context.Settings.Verbose ? LogToStandardError : null,
            },
            cancellationToken);
        return new RunSession(host, store);
    }

    /// <summary>The run of that id.</summary>
    /// <exception cref="UserErrorException">The id is none, or the store has no such run.</exception>
    public async Task<(RunHandle Run, RunStatus Status)> FindAsync(string id, CancellationToken cancellationToken)
    {
        var run = Client.GetRun(RunId.TryParse(id, out var parsed) ? parsed : throw new UserErrorException($"'{id}' is not a run id; expected 1 to 63 characters of a-z, 0-9 and '-'."));
        return await run.StatusAsync(cancellationToken) is { } status ? (run, status) : throw NoSuchRun(id);
    }

    public UserErrorException NoSuchRun(string id) => new($"The store '{Store.Uri}' has no run '{id}'; 'ifguide list' shows what it has.");

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static void CheckDevice(string device)
    {
        try
        {
            DeviceProbe.Open(device);
        }
        catch (Exception exception) when (exception is ArgumentException or DllNotFoundException)
        {
            throw new UserErrorException($"--device '{device}': {exception.Message}", exception);
        }
    }

    private static void LogToStandardError(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Information).AddProvider(new StandardErrorLog());
}
