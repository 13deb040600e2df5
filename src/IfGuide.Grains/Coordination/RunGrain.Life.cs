using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Grains.Messages;
using IfGuide.Storage.Artifacts;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IfGuide.Grains.Coordination;

/// <content>How a run begins and ends here: what must be written, where, and what happens when that cannot be.</content>
public sealed partial class RunGrain
{
    /// <summary>Waits on the activation's scheduler for an end of any kind.</summary>
    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

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
            await retry.AskAsync(() => services.Records.ClearCancelAsync(Run), stopping.Token);
            await retry.AskAsync(() => services.Records.AddUnfinishedAsync(Run), stopping.Token);
            await retry.AskAsync(ledger.SaveAsync, stopping.Token);
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
        while (!running.Completion.IsCompleted && !stopping.IsCancellationRequested)
        {
#pragma warning disable CA1031 // the edge: whatever the reminder table throws when it is out of reach
            try
            {
                await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
                return;
            }
            catch (Exception exception)
            {
                services.Logger.LogWarning("Run {Run} has no reminder yet: {Why}", Run, exception.FirstLine());
            }
#pragma warning restore CA1031
            await PauseAsync();
        }
    }

    /// <summary>Writes how a run ended, and gives it back, when its pump has ended by itself. Until that is written the activation knows it and stays.</summary>
    private async Task AfterPumpAsync(RunPump ended)
    {
        await ended.Completion.ConfigureAwait(Quietly);
        var warnings = new Throttle(1, TimeSpan.FromMinutes(1), services.Time);
        while (ReferenceEquals(pump, ended) && !ended.IsStopped && !stopping.IsCancellationRequested)
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
                services.Logger.LogWarning(
                    exception, "Run {Run} is coordinated elsewhere; how it ended here does not count.", Run);
                DeactivateOnIdle();
                Release();
                return;
            }
            catch (Exception exception) when (exception is OrleansException or IOException)
            {
                if (warnings.TryAcquire(out _))
                {
                    services.Logger.LogError(
                        exception, "Run {Run} ended as {State}, but its record cannot be written yet.", Run, ledger.Record.State);
                }

                DelayDeactivation(KeepAlive);
                await PauseAsync();
            }
        }
    }

    private async Task PauseAsync() =>
        await Task.Delay(TableBackoff.After(1), services.Time, stopping.Token).ConfigureAwait(Quietly);

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
            await retry.AskAsync(ledger.SaveAsync, stopping.Token);
        }

        await EndedAsync();
        var status = Status(ledger.Record);
        Release();
        return status;
    }

    /// <summary>Nobody needs to revive the run any more. What cannot be written now, a later call of EnsureRunning writes.</summary>
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
            services.Logger.LogWarning(
                "Run {Run} has ended, but its reminder or its entry in the index could not be removed yet: {Why}",
                Run,
                exception.FirstLine());
        }
#pragma warning restore CA1031
    }

    /// <summary>What silos died of is known to whoever coordinates the run next.</summary>
    private async Task WriteDeathsAsync()
    {
        if (ownership is not null && ledger.HasUnwrittenDeaths)
        {
            await TryWriteAsync(ledger.SaveAsync, "what silos died of");
        }
    }

    /// <summary>A process that ends in order says so, so that another one, or a cluster, may take the run at once. Silos of a cluster take it from each other anyway.</summary>
    private async Task GiveBackAsync()
    {
        if (ownership is not null && ledger.Record.State == RunState.Running && services.Ownership.GivesBack)
        {
            await TryWriteAsync(ledger.GiveBackAsync, "that nobody runs it any more");
        }
    }

    private async Task TryWriteAsync(Func<Task> write, string what)
    {
        try
        {
            await write();
        }
        catch (Exception exception) when (exception is OrleansException or IOException)
        {
            services.Logger.LogWarning("Run {Run} ends here, and cannot write {What}: {Why}", Run, what, exception.FirstLine());
        }
    }

    private void Release()
    {
        ownership?.Dispose();
        ownership = null;
    }
}
