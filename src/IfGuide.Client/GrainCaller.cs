using IfGuide.Client.Clusters;
namespace IfGuide.Client;

/// <summary>Calls grains so that a dead silo is a short wait and never a hang: every call has a time limit of its own, and is repeated.</summary>
/// <remarks>
/// Orleans leaves a client's call pending when the silo behind its gateway dies, until the call's own timeout. Every call of IfGuide may be repeated.
/// A cancellation that the caller did not ask for is the far silo's: an activation that could not be registered, among others, ends the calls that wait for it so.
/// A try counts for its time limit at most: time beyond it is time in which this process did not run (stopped, in a debugger, on a machine that slept), and silos in it neither.
/// </remarks>
/// <param name="options">The time limits.</param>
/// <param name="time">The clock.</param>
internal sealed class GrainCaller(IfGuideClientOptions options, TimeProvider time)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(200), 2, TimeSpan.FromSeconds(3));

    /// <summary>Calls until an answer comes.</summary>
    /// <param name="what">What is asked, for the message.</param>
    /// <param name="call">The call; may run more than once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterUnavailableException">No answer within <see cref="IfGuideClientOptions.GiveUpAfter"/>.</exception>
    public Task<T> CallAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken) => CallAsync(what, call, options.GiveUpAfter, cancellationToken);

    /// <summary>Calls until an answer comes.</summary>
    /// <param name="what">What is asked, for the message.</param>
    /// <param name="call">The call; may run more than once.</param>
    /// <param name="giveUpAfter">How long it is repeated.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterUnavailableException">No answer within that time.</exception>
    public async Task<T> CallAsync<T>(string what, Func<Task<T>> call, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var waited = TimeSpan.Zero;
        for (var tries = 1; ; tries++)
        {
            var started = time.GetTimestamp();
            try
            {
                return await call().WaitAsync(options.CallTimeout, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                var tried = time.GetElapsedTime(started);
                waited += tried < options.CallTimeout ? tried : options.CallTimeout;
                if (waited >= giveUpAfter)
                {
                    throw new ClusterUnavailableException($"No silo answered '{what}' in {waited.TotalSeconds:0} s: {exception.Message}", exception);
                }

                var wait = Backoff.After(tries);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                waited += wait;
            }
        }
    }

    /// <summary>A reference to a grain.</summary>
    /// <param name="get">Gets it from a grain factory.</param>
    /// <exception cref="SiloUnavailableException">No silo that could host it is a member of the cluster now.</exception>
    public static T Find<T>(Func<T> get)
    {
        try
        {
            return get();
        }
        catch (ArgumentException exception)
        {
            throw new SiloUnavailableException("the cluster has no control silo.", exception); // its interfaces are known only from silos that host them
        }
    }
}
