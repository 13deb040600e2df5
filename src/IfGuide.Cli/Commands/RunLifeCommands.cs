using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Progress;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Client.RunFiles;

namespace IfGuide.Cli.Commands;

/// <summary>A run's life: <c>run</c>, <c>status</c>, <c>watch</c>, <c>cancel</c>, <c>resume</c>, <c>list</c>, <c>delete</c>.</summary>
internal static class RunLifeCommands
{
    private const string RunName = "RUN";

    public static Command Run()
    {
        var file = new Argument<string>("FILE") { Description = "The run file." };
        var until = new Option<string?>("--until") { Description = "Stop after this stage: " + string.Join(", ", StageWords.All) + ".", HelpName = "STAGE" };
        until.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<string?>() is not { } stage || StageWords.All.Contains(stage), "expected one of " + string.Join(", ", StageWords.All)));
        return new Command("run", "Runs what FILE describes and follows it; again, resumes or reports it.") { file, until }.Does(async (result, context, cancellationToken) =>
        {
            var path = result.GetRequiredValue(file);
            var run = RunFile.Read(path);
            if (context.Settings.Cluster is null)
            {
                InputCheck.Check(run, path); // a cluster's silos read the files, which this machine need not see
            }

            foreach (var note in run.FindUnused())
            {
                CommandConsole.Warn($"{path}: {note}");
            }

            await using var session = await RunSession.OpenAsync(context, create: true, cancellationToken);
            var submitted = await session.Client.SubmitAsync(run, result.GetValue(until) is { } name ? StageWords.Parse(name) : null, cancellationToken);
            return await FollowToEndAsync(context, session, submitted, cancellationToken);
        });
    }

    public static Command Resume()
    {
        var id = new Argument<string>(RunName) { Description = "The run's id." };
        return new Command("resume", "Resumes a cancelled, failed or interrupted run and follows it.") { id }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.OpenAsync(context, create: false, cancellationToken);
            var (run, _) = await session.FindAsync(result.GetRequiredValue(id), cancellationToken);
            await run.ResumeAsync(cancellationToken);
            return await FollowToEndAsync(context, session, run, cancellationToken);
        });
    }

    public static Command Watch()
    {
        var id = new Argument<string>(RunName) { Description = "The run's id." };
        return new Command("watch", "Follows a run to its end.") { id }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.OpenAsync(context, create: false, cancellationToken);
            var (run, _) = await session.FindAsync(result.GetRequiredValue(id), cancellationToken);
            var ended = await RunFollower.FollowAsync(context, run, 0, cancellationToken);
            context.Console.Result(ended, StatusText.Of);
            return RunFollower.ExitCodeOf(context, ended);
        });
    }

    public static Command Status()
    {
        var id = new Argument<string?>(RunName) { Description = "The run's id; absent: every run.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("status", "Says where a run stands.") { id }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.LookAsync(context, cancellationToken);
            if (result.GetValue(id) is not { } name)
            {
                return await ListAsync(context, session, cancellationToken);
            }

            context.Console.Result(await session.StatusAsync(name, cancellationToken), StatusText.Of);
            return ExitCode.Done;
        });
    }

    public static Command List() => new Command("list", "Lists the runs of the store.").Does(async (_, context, cancellationToken) =>
    {
        await using var session = await RunSession.LookAsync(context, cancellationToken);
        return await ListAsync(context, session, cancellationToken);
    });

    public static Command Cancel()
    {
        var id = new Argument<string>(RunName) { Description = "The run's id." };
        return new Command("cancel", "Stops a run; what it has computed stays.") { id }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.OpenAsync(context, create: false, cancellationToken);
            var (run, _) = await session.FindAsync(result.GetRequiredValue(id), cancellationToken);
            var status = await run.CancelAsync(cancellationToken) ?? throw session.NoSuchRun(result.GetRequiredValue(id));
            context.Console.Result(status, StatusText.Of);
            return ExitCode.Done;
        });
    }

    public static Command Delete()
    {
        var id = new Argument<string>(RunName) { Description = "The run's id." };
        return new Command("delete", "Deletes a run and what no other run needs.") { id }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.OpenAsync(context, create: false, cancellationToken);
            var (run, _) = await session.FindAsync(result.GetRequiredValue(id), cancellationToken);
            var deleted = await run.DeleteAsync(cancellationToken);
            context.Console.Result(new { Run = run.Id.ToString(), Deleted = deleted }, told => $"{told.Run}: {(told.Deleted ? "deleted" : "was not there")}.");
            return ExitCode.Done;
        });
    }

    /// <summary>Follows a run that was submitted here.</summary>
    public static async Task<int> FollowToEndAsync(CommandContext context, RunSession session, Client.RunHandle run, CancellationToken cancellationToken)
    {
        var ended = await FollowAsync(context, run, cancellationToken);
        var code = RunFollower.ExitCodeOf(context, ended);
        context.Console.Result(ended, status => StatusText.Of(status) + $"\n{Next(context, session, status)}");
        return code;
    }

    private static string Next(CommandContext context, RunSession session, RunStatus status)
    {
        var options = context.Settings.Cluster is { } cluster ? $"{cluster.Options} --store {context.Settings.Store}" : string.Empty;
        var store = session.IsCluster ? string.Empty : $" Store: {session.Store.Uri}";
        return $"'ifguide report {status.Run} --out report.html{options}' makes its page; 'ifguide inspect {status.Run}{options}' shows the tokens.{store}";
    }

    /// <summary>Follows a run that was submitted here; an interruption says how to go on.</summary>
    public static async Task<RunStatus> FollowAsync(CommandContext context, Client.RunHandle run, CancellationToken cancellationToken)
    {
        try
        {
            return await RunFollower.FollowAsync(context, run, 0, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new InterruptedException(context.Settings.Cluster is { } cluster
                ? $"no longer following; the run goes on in the cluster: 'ifguide watch {run.Id}{cluster.Options}' follows it, 'ifguide cancel {run.Id}{cluster.Options}' stops it."
                : $"interrupted; 'ifguide resume {run.Id}', or the same run again, goes on from here.");
        }
    }

    private static async Task<int> ListAsync(CommandContext context, RunSession session, CancellationToken cancellationToken)
    {
        var runs = await session.ListAsync(cancellationToken);
        foreach (var status in runs)
        {
            context.Console.Result(status, StatusText.Line);
        }

        if (runs.Count == 0)
        {
            context.Console.Say($"The store '{session.Store.Uri}' has no runs.");
        }

        return ExitCode.Done;
    }
}
