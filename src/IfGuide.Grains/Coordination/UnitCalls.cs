using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Scheduling;
using IfGuide.Grains.Units;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>A coordinator's calls to unit grains: each short, each to the silo that was chosen, none waited for longer than it may take.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="grains">The grain factory.</param>
internal sealed class UnitCalls(RunServices services, IGrainFactory grains)
{
    /// <summary>Starts or joins a unit and waits a while for its end.</summary>
    /// <exception cref="TimeoutException">The silo did not answer in time.</exception>
    public async Task<UnitStatus> EnsureAsync(UnitAttempt attempt, CancellationToken cancellationToken)
    {
        var grain = grains.GetUnitGrain(attempt.Unit.Kind, attempt.GrainKey);
        var wait = services.Options.UnitWait;
        var call = CallHints.With(
            attempt.Silo, attempt.HasPriority, () => grain.Ensure(attempt.Unit, wait, CancellationToken.None));
        return await WaitAsync(call, wait + services.Options.CallTimeout, cancellationToken);
    }

    /// <summary>Stops a unit.</summary>
    /// <remarks>Best effort: a unit that goes on regardless only creates an artifact that is right anyway.</remarks>
    public async Task CancelAsync(UnitAttempt attempt)
    {
        try
        {
            var grain = grains.GetUnitGrain(attempt.Unit.Kind, attempt.GrainKey);
            var call = CallHints.With(attempt.Silo, hasPriority: false, grain.Cancel);
            await WaitAsync(call, services.Options.CallTimeout, CancellationToken.None);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or OperationCanceledException)
        {
            services.Logger.LogDebug(
                exception, "Unit {Stage}/{Unit} could not be stopped.", attempt.Unit.Stage, attempt.Unit.Name);
        }
    }

    /// <summary>Whether a silo answers: a call to a grain that does not exist yet, so that it must be activated there.</summary>
    public async Task<bool> ProbeAsync(RunId run, SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{run}/probe/{Guid.NewGuid():N}");
            var grain = grains.GetUnitGrain(UnitKind.CorpusShard, key);
            var call = CallHints.With(silo, hasPriority: false, grain.Cancel);
            await WaitAsync(call, services.Options.CallTimeout, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> call, TimeSpan longest, CancellationToken cancellationToken)
    {
        await WaitAsync((Task)call, longest, cancellationToken);
        return await call;
    }

    private async Task WaitAsync(Task call, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await call.WaitAsync(longest, services.Time, cancellationToken);
        }
        finally
        {
            call.Ignore(); // it may still fail when nobody waits for it any more
        }
    }
}
