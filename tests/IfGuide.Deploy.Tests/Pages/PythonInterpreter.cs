using System.Diagnostics;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Debian's python3, installed where there is no Python.</summary>
internal static class PythonInterpreter
{
    private const string Install = """
        command -v python3 > /dev/null || {
          apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3
        }
        """;

    private static readonly string[] Names = ["python3", "/usr/bin/python3"];

    private static readonly Lazy<Task> Installed = new(async () =>
    {
        var (code, said) = await RunAsync("bash", "-c", Install);
        Assert.True(code == 0, $"python3 is missing and could not be installed ('apt-get install python3'): {said}");
    });

    /// <summary>Runs the statements of <c>-c</c>, or a file.</summary>
    /// <returns>The exit code, and what it printed.</returns>
    public static async Task<(int Code, string Said)> ExecuteAsync(params string[] arguments)
    {
        await Installed.Value;
        return await RunAsync(Names[0], ["-B", .. arguments]);
    }

    /// <summary>A python3 that has all these modules; null: there is none.</summary>
    public static async Task<string?> FindWithAsync(string modules)
    {
        await Installed.Value;
        foreach (var name in Names.Where(name => !name.StartsWith('/') || File.Exists(name)))
        {
            if (await RunAsync(name, "-c", $"import {modules}") is { Code: 0 })
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
