using IfGuide.Cli.Settings;
using Spectre.Console;

namespace IfGuide.Cli.Consoles;

/// <summary>Where a command speaks: results to standard output, everything else to standard error.</summary>
internal sealed class CommandConsole(CommonSettings settings)
{
    /// <summary>Standard error, for people.</summary>
    public IAnsiConsole Error { get; } = Create(System.Console.Error, System.Console.IsErrorRedirected);

    /// <summary>Standard output, for people.</summary>
    public IAnsiConsole Output { get; } = Create(System.Console.Out, System.Console.IsOutputRedirected);

    /// <summary>True when results are JSON.</summary>
    public bool Json => settings.Json;

    /// <summary>True when moving bars can be drawn.</summary>
    public bool Bars => !settings.Quiet && !System.Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>A result: the object as a line of JSON, or the text.</summary>
    public void Result<T>(T value, Func<T, string> text) =>
        System.Console.Out.WriteLine(Json ? Consoles.Json.Line(value) : text(value));

    /// <summary>A line on the way; <c>--quiet</c> leaves it out.</summary>
    public void Say(string line)
    {
        if (!settings.Quiet)
        {
            System.Console.Error.WriteLine(line);
        }
    }

    /// <summary>Something that stops nothing but that a person should see.</summary>
    public static void Warn(string line) => System.Console.Error.WriteLine($"ifguide: note: {line}");

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (redirected)
        {
            console.Profile.Width = 120; // a file has no width; lines of data must not break
        }

        return console;
    }
}
