using IfGuide.Grains.Compute;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Coordination;

/// <summary>Asks the store again while it is out of reach: an outage delays a run and does not fail it.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="tell">Tells people, at most once a minute.</param>
/// <param name="limit">How long to be patient; null: as long as it takes.</param>
internal sealed class StorePatience(RunServices services, Action<string> tell, TimeSpan? limit = null)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly Throttle throttle = new(1, TimeSpan.FromMinutes(1), services.Time);

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="Exception">What the store threw, when it is no outage or lasted longer than the limit.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var started = services.Time.GetTimestamp();
        for (var wait = First; ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                return await ask();
            }
            catch (Exception exception) when (FailureReport.IsOutage(exception) && !(services.Time.GetElapsedTime(started) + wait > limit))
            {
                Tell(exception);
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

    /// <summary>Tells of an outage that somebody else met.</summary>
    public void Tell(Exception exception) => Tell(FailureReport.Of(exception, unit: null, silo: null).Message);

    /// <inheritdoc cref="Tell(Exception)"/>
    public void Tell(string message)
    {
        if (throttle.TryTell(out _))
        {
            services.Logger.LogWarning("The store is out of reach and is asked again: {Message}", message);
            tell($"The store is out of reach; the run waits for it: {message}");
        }
    }
}
