using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests;

/// <summary>Without a container engine: what the Dockerfile's commands make, started as the image starts it.</summary>
public sealed class PublishedImageTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ifguide-image-");

    [Fact]
    public async Task PublishedProgram_PassesItsDoctor_AndIsAHealthySilo()
    {
        var app = Path.Combine(folder.FullName, "app");
        var publish = Dockerfile.Of("publish-cpu").Last();
        Assert.Equal("RUN", publish.Keyword);
        await RunAsync("bash", ["-c", publish.Arguments.Replace(" -o /app", $" -o {app}", StringComparison.Ordinal)], Checkout.Root);
        var program = Path.Combine(app, "ifguide");

        var findings = await RunAsync(program, ["doctor", "--json"], folder.FullName);
        Assert.Contains("libtorch", findings, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Path.Combine(app, "torch-native"), findings, StringComparison.Ordinal);

        var ports = FreePorts();
        string[] cluster = ["--folder", folder.CreateSubdirectory("cluster").FullName, "--silos", "1", "--control", "1", "--port-base", ports.ToString(CultureInfo.InvariantCulture), "--store", $"file:{Path.Combine(folder.FullName, "store")}"];
        try
        {
            await RunAsync(Yaml.PathOf("local-cluster.sh"), ["up", .. cluster], folder.FullName, ("IFGUIDE_PROGRAM", program));
            var health = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports + 301}");
            await RunAsync(Yaml.PathOf("docker/health"), [], folder.FullName, ("IFGUIDE_HEALTH", health));
            await RunAsync(Yaml.PathOf("local-cluster.sh"), ["stop", "compute-1", .. cluster], folder.FullName);
            await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(Yaml.PathOf("docker/health"), [], folder.FullName, ("IFGUIDE_HEALTH", health)));
        }
        finally
        {
            await RunAsync(Yaml.PathOf("local-cluster.sh"), ["down", .. cluster], folder.FullName);
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static async Task<string> RunAsync(string program, string[] arguments, string directory, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return await output;
    }

    /// <summary>A base whose neighbours local-cluster.sh may use.</summary>
    private static int FreePorts()
    {
        for (var i = 0; i < 100; i++)
        {
            var candidate = Random.Shared.Next(23_000, 31_000);
            if (new[] { 0, 1, 101, 151, 201, 251, 301, 351 }.All(offset => IsFree(candidate + offset)))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("No free ports were found.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
