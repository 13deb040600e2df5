using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Client;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Spectre.Console;

namespace IfGuide.Benchmarks.Scheduling;

/// <summary>How fast a coordinator hands out units that compute nothing: one control silo and two compute silos in this process, talking over TCP.</summary>
internal static class SchedulingBenchmark
{
    private const double MebiByte = 1 << 20;

    public static async Task RunAsync(int units)
    {
        var table = new Table().AddColumns("start", "units computed", "seconds", "units/s", "processor, s", "managed heap, MiB", "peak resident, MiB", "record, KiB");
        await MeasureAsync(table, "nothing done", units, done: 0);
        await MeasureAsync(table, "half done", units, done: units / 2);
        await MeasureAsync(table, "all done", units, done: units);
        AnsiConsole.Write(table);
    }

    private static async Task MeasureAsync(Table table, string name, int units, int done)
    {
        var store = new MemoryStore();
        for (var unit = 0; unit < done; unit++)
        {
            store.Add(EmptyMethod.Artifact(unit));
        }

        var method = new EmptyMethod(store, units);
        var ports = FreePorts(3);
        var hosts = ports.Select((port, index) => Host(store, method, port, ports[0], index == 0 ? SiloRole.Control : SiloRole.Compute)).ToArray();
        foreach (var host in hosts)
        {
            await host.StartAsync();
        }

        var silos = hosts[0].Services.GetRequiredService<ComputeSilos>();
        while (silos.Current.Count < hosts.Length - 1)
        {
            await Task.Delay(100);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        PeakMemory.Reset();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var run = await new IfGuideClient(hosts[0].Services.GetRequiredService<IGrainFactory>()).SubmitAsync(Specification());
        var heap = 0L;
        RunStatus? status;
        do
        {
            await Task.Delay(20);
            status = await run.StatusAsync();
            heap = Math.Max(heap, GC.GetTotalMemory(forceFullCollection: false));
        }
        while (status!.State == RunState.Running);

        var seconds = watch.Elapsed.TotalSeconds;
        if (status.State != RunState.Done || store.Count < units)
        {
            throw new InvalidOperationException($"The run ended as {status.State}: {status.Failure?.Message}");
        }

        table.AddRow(name, $"{units - done:N0}", $"{seconds:0.00}", done == units ? "–" : $"{(units - done) / seconds:N0}", $"{(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.0}", $"{(heap - before) / MebiByte:0}", $"{PeakMemory.MebiBytes():0}", $"{store.LargestRecord / 1024.0:0.0}");
        foreach (var host in hosts.Reverse())
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private static IHost Host(MemoryStore store, EmptyMethod method, int port, int primary, SiloRole role)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "ifguide" });
        builder.Logging.AddFilter("Orleans", LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, primary), "ifguide", "benchmark");
            silo.UseInMemoryReminderService();
            silo.AddIfGuide(new IfGuideSiloOptions { Role = role, Store = store, Records = store, Executors = method, Planner = method });
            silo.Configure<ClusterMembershipOptions>(membership => membership.TableRefreshTimeout = TimeSpan.FromSeconds(2));
        });
        return builder.Build();
    }

    private static RunSpec Specification() => new()
    {
        Run = RunId.Parse("benchmark"),
        Proxy = new ModelSpec { Path = "/none" },
        Corpus = new CorpusSpec { Path = "/none" },
        Queries = new QueriesSpec { Toxic = new QuerySetSpec { Path = "/none" }, Nontoxic = new QuerySetSpec { Path = "/none" } },
    };

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
