using System.CommandLine;
using System.Net;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide silo</c>: one silo of a cluster, until SIGTERM or Ctrl-C.</summary>
internal static class SiloCommand
{
    private const int LargestPort = 65535;
    private static readonly Option<string> Role = new("--role") { Description = "all, compute (computes units) or control (coordinates runs; loads no libtorch).", HelpName = "ROLE", DefaultValueFactory = _ => "all" };
    private static readonly Option<string?> Name = new("--name") { Description = "The silo's name; by default the host's name and the process' id.", HelpName = "NAME" };
    private static readonly Option<string> Listen = new("--listen") { Description = "The address that it binds to and that others reach it by.", HelpName = "IP", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> SiloPort = Port("--silo-port", "Port for silos; 0: a free one.");
    private static readonly Option<int> GatewayPort = Port("--gateway-port", "Port for clients; 0: a free one.");
    private static readonly Option<int?> HealthPort = new("--health-port") { Description = "Port of /health/live and /health/ready; 0: a free one; absent: none.", HelpName = "PORT" };
    private static readonly Option<bool> Insecure = new("--insecure") { Description = "Allow an address beyond this machine without TLS: only in a network that you trust." };

    public static Command Create()
    {
        Role.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<string>() is "all" or "compute" or "control", "expected all, compute or control"));
        Listen.Validators.Add(result => CommonOptions.Require(result, IPAddress.TryParse(result.GetValueOrDefault<string>(), out _), "expected an IP address of this machine"));
        HealthPort.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int?>() is null or (>= 0 and <= LargestPort), "expected 0 to 65535"));
        return new Command("silo", "One silo of a cluster, until it is told to stop.") { Role, Name, Listen, SiloPort, GatewayPort, HealthPort, Insecure }.Does(async (result, context, cancellationToken) =>
        {
            var options = Options(result, context);
            await using var silo = await ClusterHost.StartAsync(options, cancellationToken);
            context.Console.Result(
                new { Event = "ready", silo.Name, Silo = silo.Silo.ToString(), Gateway = silo.Gateway.ToString(), Health = silo.Health?.ToString().TrimEnd('/'), Pid = Environment.ProcessId },
                told => $"Silo {told.Name} ({result.GetValue(Role)}) is ready: {told.Silo}, clients at {told.Gateway}{(told.Health is null ? string.Empty : $", health at {told.Health}/health/ready")}. Ctrl-C or SIGTERM stops it.");
            await WaitAsync(silo, cancellationToken);
            context.Console.Say($"Silo {silo.Name} leaves the cluster ...");
            return ExitCode.Done;
        });
    }

    private static Option<int> Port(string name, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "PORT" };
        option.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int>() is >= 0 and <= LargestPort, "expected 0 to 65535"));
        return option;
    }

    private static ClusterSiloOptions Options(ParseResult result, CommandContext context)
    {
        var settings = context.Settings;
        var cluster = settings.Cluster ?? throw new UserErrorException("'silo' needs --cluster redis://HOST:PORT: the Redis that holds the cluster's membership.");
        var listen = IPAddress.Parse(result.GetValue(Listen)!);
        if (listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any))
        {
            throw new UserErrorException($"--listen {listen}: name the one address of this machine by which the other silos reach it.");
        }

        var tls = cluster.Tls;
        if (!IPAddress.IsLoopback(listen) && tls is null && !result.GetValue(Insecure))
        {
            throw new UserErrorException($"--listen {listen} without TLS would let anybody who reaches that address into the cluster: name --tls-certificate, --tls-key and --tls-authority (deploy/certificates.sh makes some), or allow it with --insecure in a network that you trust.");
        }

        var role = Enum.Parse<SiloRole>(result.GetValue(Role)!, ignoreCase: true);
        if (role != SiloRole.Control && settings.Device != "cpu")
        {
            RunSession.CheckDevice(settings.Device);
        }

        var store = StoreAccess.OpenOrCreate(settings);
        return new ClusterSiloOptions
        {
            Cluster = cluster.Address,
            Silo = new IfGuideSiloOptions { Role = role, Store = store, Records = store, Device = settings.Device, Threads = settings.Threads },
            Tls = tls,
            Name = result.GetValue(Name),
            Listen = listen,
            SiloPort = result.GetValue(SiloPort),
            GatewayPort = result.GetValue(GatewayPort),
            HealthPort = result.GetValue(HealthPort),
            Logging = logging => Log(logging, settings.Verbose),
        };
    }

    private static void Log(ILoggingBuilder logging, bool verbose)
    {
        logging.SetMinimumLevel(verbose ? LogLevel.Information : LogLevel.Warning).AddFilter("IfGuide", LogLevel.Information).AddProvider(new StandardErrorLog());
        if (verbose)
        {
            logging.AddFilter("Orleans", LogLevel.Information);
        }
    }

    private static async Task WaitAsync(ClusterHost silo, CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silo.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await Task.Delay(Timeout.Infinite, stopped.Token);
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
