using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IfGuide.Grains.Coordination;

/// <content>How a run begins and ends here: what must be written, where, and what happens when that cannot be.</content>
public sealed partial class RunGrain
{
    /// <remarks>A damaged specification is written again: the caller has it.</remarks>
    private async Task<string> StoreAsync(RunSpec specification)
    {
        var name = await services.Planner.StoreAsync(specification);
        try
        {
            await services.Planner.ReadAsync(name);
        }
        catch (ArtifactCorruptException)
        {
            await services.Store.DeleteAsync(name);
            await services.Planner.StoreAsync(specification);
        }

        return name;
    }

    /// <remarks>The index comes first: a run that says running must be one that somebody will revive.</remarks>
    private async Task StartAsync()
    {
        try
        {
            services.Submitted.Add(Run);
            await patience.AskAsync(() => services.Records.ClearCancelAsync(Run), gone.Token);
            await patience.AskAsync(() => services.Records.AddUnfinishedAsync(Run), gone.Token);
            await patience.AskAsync(ledger.SaveAsync, gone.Token);
        }
        catch
        {
            Release();
            throw;
        }

        services.Logger.LogInformation("Run {Run} is coordinated here.", Run);
        pump?.Dispose();
        pump = new RunPump(services, GrainFactory, ledger, () => DelayDeactivation(KeepAlive));
        pump.Start();
        _ = RemindAsync(pump);
        _ = AfterPumpAsync(pump);
    }

    /// <summary>Registers the reminder as soon as its table can be reached; the run does not wait for it.</summary>
    private async Task RemindAsync(RunPump running)
    {
        while (!running.Completion.IsCompleted && !gone.IsCancellationRequested)
        {
#pragma warning disable CA1031 // the edge: whatever the reminder table throws when it is out of reach
            try
            {
                await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
                return;
            }
            catch (Exception exception)
            {
                services.Logger.LogWarning("Run {Run} has no reminder yet: {Why}", Run, exception.Message.Split('\n')[0]);
            }
#pragma warning restore CA1031
            await PauseAsync();
        }
    }

    /// <summary>Writes how a run ended, and gives it back, when its pump has ended by itself. Until that is written the activation knows it and stays.</summary>
    private async Task AfterPumpAsync(RunPump ended)
    {
        await ended.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var warnings = new Throttle(1, TimeSpan.FromMinutes(1), services.Time);
        while (ReferenceEquals(pump, ended) && !ended.IsStopped && !gone.IsCancellationRequested)
        {
            if (ledger.Record.State == RunState.Running)
            {
                DeactivateOnIdle(); // the record changed under the pump: another activation has the run
                Release();
                return;
            }

            try
            {
                await ledger.SaveAsync();
                await EndedAsync();
                Release();
                return;
            }
            catch (InconsistentStateException exception)
            {
                services.Logger.LogWarning(exception, "Run {Run} is coordinated elsewhere; how it ended here does not count.", Run);
                DeactivateOnIdle();
                Release();
                return;
            }
            catch (Exception exception) when (exception is OrleansException or IOException)
            {
                if (warnings.TryTell(out _))
                {
                    services.Logger.LogError(exception, "Run {Run} ended as {State}, but its record cannot be written yet.", Run, ledger.Record.State);
                }

                DelayDeactivation(KeepAlive);
                await PauseAsync();
            }
        }
    }

    private async Task PauseAsync() =>
        await Task.Delay(BetweenTries, services.Time, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private async Task StopPumpAsync()
    {
        if (pump is not null)
        {
            await pump.StopAsync();
        }
    }

    private async Task<RunStatus> EndCancelledAsync()
    {
        if (ledger.Record.State == RunState.Running)
        {
            ledger.End(RunState.Cancelled);
            await patience.AskAsync(ledger.SaveAsync, gone.Token);
        }

        await EndedAsync();
        var status = Status(ledger.Record);
        Release();
        return status;
    }

    /// <summary>Nobody needs to revive the run any more. What cannot be said of it now, a later nudge says.</summary>
    private async Task EndedAsync()
    {
        services.Submitted.Remove(Run);
#pragma warning disable CA1031 // the edge: whatever the store or the reminder table throws when it is out of reach
        try
        {
            await services.Records.ClearCancelAsync(Run);
            if (await this.GetReminder(ReminderName) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }

            await services.Records.RemoveUnfinishedAsync(Run);
        }
        catch (Exception exception)
        {
            services.Logger.LogWarning("Run {Run} has ended, which its reminder or the index could not be told: {Why}", Run, exception.Message.Split('\n')[0]);
        }
#pragma warning restore CA1031
    }

    /// <summary>What silos died of is known to whoever coordinates the run next.</summary>
    private Task WriteDeathsAsync() => ownership is null || !ledger.HasUnwrittenDeaths ? Task.CompletedTask : TryWriteAsync(ledger.SaveAsync, "what silos died of");

    /// <summary>A process that ends in order says so, so that another one, or a cluster, may take the run at once. Silos of a cluster take it from each other anyway.</summary>
    private Task GiveBackAsync() => ownership is null || ledger.Record.State != RunState.Running || !services.Ownership.GivesBack
        ? Task.CompletedTask
        : TryWriteAsync(ledger.GiveBackAsync, "that nobody runs it any more");

    private async Task TryWriteAsync(Func<Task> write, string what)
    {
        try
        {
            await write();
        }
        catch (Exception exception) when (exception is OrleansException or IOException)
        {
            services.Logger.LogWarning("Run {Run} ends here, and cannot write {What}: {Why}", Run, what, exception.Message.Split('\n')[0]);
        }
    }

    private void Release()
    {
        ownership?.Dispose();
        ownership = null;
    }
}
