using System.Diagnostics;

namespace IfGuide.Client.Clusters;

/// <summary>A starting client looks for a silo again and again until its patience is used up; Orleans' own filter would give up at the first failure or wait for minutes.</summary>
/// <param name="patience">How long to try.</param>
internal sealed class ConnectionPatience(TimeSpan patience) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly long started = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(started) >= patience)
        {
            return false;
        }

        await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
