using IfGuide.Client;
using IfGuide.Grains.Compute;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Asks the store again while it is out of reach: an outage delays a run and does not fail it.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="warn">Warns people, at most once a minute.</param>
/// <param name="limit">How long to ask; null: until there is an answer.</param>
internal sealed class StoreRetry(RunServices services, Action<string> warn, TimeSpan? limit = null)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(5));
    private readonly Throttle throttle = new(1, TimeSpan.FromMinutes(1), services.Time);

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="Exception">What the store threw, when it is no outage or lasted longer than the limit.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var started = services.Time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var wait = Backoff.After(tries);
            try
            {
                return await ask();
            }
            catch (Exception exception) when (FailureReport.IsOutage(exception) && !IsBeyondLimit(started, wait))
            {
                Warn(FailureReport.Of(exception, unit: null, silo: null).Message);
                await Task.Delay(wait, services.Time, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="AskAsync"/>
    public Task AskAsync(Func<Task> ask, CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            await ask();
            return true;
        },
        cancellationToken);

    private bool IsBeyondLimit(long started, TimeSpan wait) => services.Time.GetElapsedTime(started) + wait > limit;

    /// <summary>Warns of an outage, which somebody else may have met.</summary>
    /// <param name="message">What the store said.</param>
    public void Warn(string message)
    {
        if (throttle.TryAcquire(out _))
        {
            services.Logger.LogWarning("The store is out of reach and is asked again: {Message}", message);
            warn($"The store is out of reach; the run waits for it: {message}");
        }
    }
}
