using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using IfGuide.Cli.Commands;

namespace IfGuide.EndToEnd.Harness;

/// <summary>A process that carries out many commands, one after the other, as <c>ifguide</c> would: what .NET compiles for the first serves the others.</summary>
/// <remarks>This program itself, started as <c>worker</c>. Each test that runs takes one, and gives it back to the next.</remarks>
internal sealed class CommandWorker : IDisposable
{
    private static readonly ConcurrentBag<CommandWorker> Idle = [];
    private readonly Process process = Start();
    private readonly Task<string> complaints;

    private CommandWorker() => complaints = process.StandardError.ReadToEndAsync();

    /// <summary>Carries out a command.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Ends the worker.</param>
    public static async Task<Outcome> RunAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        var worker = Idle.TryTake(out var idle) ? idle : new CommandWorker();
        try
        {
            var outcome = await worker.AskAsync(new Order(folder, arguments), cancellationToken);
            Idle.Add(worker);
            return outcome;
        }
        catch
        {
            worker.Dispose();
            throw;
        }
    }

    /// <summary>The worker's side: reads commands from standard input until that ends.</summary>
    public static async Task<int> ServeAsync()
    {
        var answers = Console.Out;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await answers.WriteLineAsync(JsonSerializer.Serialize(await CarryOutAsync(JsonSerializer.Deserialize<Order>(line)!)));
            await answers.FlushAsync();
        }

        return 0;
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private static async Task<Outcome> CarryOutAsync(Order order)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(output));
        Console.SetError(TextWriter.Synchronized(error));
        Directory.SetCurrentDirectory(order.Folder);
        var code = await CommandLine.RunAsync(order.Arguments);
        Directory.SetCurrentDirectory("/");
        return new Outcome(string.Join(' ', order.Arguments), code, output.ToString(), error.ToString());
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["worker"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1"; // as for the program itself
        return Process.Start(start)!;
    }

    private async Task<Outcome> AskAsync(Order order, CancellationToken cancellationToken)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order).AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        var answer = await process.StandardOutput.ReadLineAsync(cancellationToken);
        if (answer is null)
        {
            Assert.Fail($"The worker ended during '{string.Join(' ', order.Arguments)}': {await complaints}");
        }

        return JsonSerializer.Deserialize<Outcome>(answer)!;
    }

    private sealed record Order(string Folder, string[] Arguments);
}
