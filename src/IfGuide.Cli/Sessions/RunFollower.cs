using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Progress;
using IfGuide.Cli.Settings;
using IfGuide.Client;

namespace IfGuide.Cli.Sessions;

/// <summary>Follows a run to its end and turns the end into an exit code.</summary>
internal static class RunFollower
{
    /// <summary>Shows the run's progress until it ends.</summary>
    /// <param name="context">Where to speak.</param>
    /// <param name="run">The run.</param>
    /// <param name="after">The last event that is not to be shown.</param>
    /// <param name="cancellationToken">Stops following.</param>
    /// <returns>Its last status.</returns>
    public static async Task<RunStatus> FollowAsync(CommandContext context, RunHandle run, long after, CancellationToken cancellationToken)
    {
        await using (var display = Display(context))
        {
            await foreach (var happened in run.WatchAsync(after, cancellationToken))
            {
                if (context.Console.Json)
                {
                    Console.Out.WriteLine(Json.Line(happened));
                }

                display.Show(happened);
            }
        }

        return await run.StatusAsync(cancellationToken) ?? throw new InvalidOperationException($"Run '{run.Id}' was deleted while it was followed.");
    }

    /// <summary>The exit code of a run's end.</summary>
    /// <exception cref="UserErrorException">It failed for the user's input.</exception>
    /// <exception cref="RunFailedException">It failed otherwise.</exception>
    public static int ExitCodeOf(CommandContext context, RunStatus status) => status switch
    {
        { State: RunState.Done } => ExitCode.Done,
        { Failure: { UserFault: true } failure } => throw new UserErrorException(failure.Message + Seen(context, failure)),
        { Failure: { } failure } => throw new RunFailedException(status.Run, failure),
        { State: RunState.Cancelled } => ExitCode.Failed,
        _ => ExitCode.Interrupted,
    };

    /// <remarks>In a cluster, what a person sees on this machine need not be what a silo sees on another.</remarks>
    private static string Seen(CommandContext context, RunFailure failure) => context.Settings.Cluster is not null && failure.Silo is { } silo
        ? $" (Silo {silo} says so; every compute silo must see a run's files under the same paths.)"
        : string.Empty;

    private static IRunDisplay Display(CommandContext context) => context.Settings switch
    {
        { Quiet: true } => new NoDisplay(),
        _ when context.Console.Bars => new BarDisplay(context.Console.Error),
        _ => new PlainDisplay(line => Console.Error.WriteLine(line), TimeProvider.System),
    };
}

/// <summary>A run failed for no fault of the user's.</summary>
internal sealed class RunFailedException(RunId run, RunFailure failure) : Exception($"run '{run}' failed{Where(failure)}: {failure.Message}")
{
    /// <summary>The exception behind it, with its stack.</summary>
    public string? Detail { get; } = failure.Detail;

    private static string Where(RunFailure failure) => failure.Stage is { } stage
        ? $" in {stage.Word()}{(failure.Unit is { } unit ? $" ({unit})" : string.Empty)}"
        : string.Empty;
}
