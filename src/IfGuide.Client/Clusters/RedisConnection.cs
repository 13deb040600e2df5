using System.Diagnostics;
using StackExchange.Redis;

namespace IfGuide.Client.Clusters;

/// <summary>The first connection to a cluster's Redis: made before Orleans starts, so that what is wrong is said in one sentence.</summary>
public static class RedisConnection
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Connects. The connection repairs itself afterwards, whatever happens to Redis.</summary>
    /// <param name="address">The cluster.</param>
    /// <param name="patience">How long to try.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterUnavailableException">Redis does not answer, or lets nobody in.</exception>
    public static async Task<IConnectionMultiplexer> ConnectAsync(ClusterAddress address, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var configuration = address.ToConfiguration();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(configuration).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RedisConnectionException exception) when (exception.FailureType == ConnectionFailureType.AuthenticationFailure || IsRefusal(exception))
            {
                throw new ClusterUnavailableException($"Redis at {address} lets nobody in without its password, or with another one; put it into IFGUIDE_REDIS_PASSWORD, or into a file that IFGUIDE_REDIS_PASSWORD_FILE names.", exception);
            }
            catch (RedisConnectionException exception)
            {
                var elapsed = Stopwatch.GetElapsedTime(started);
                if (elapsed >= patience)
                {
                    throw new ClusterUnavailableException($"No Redis answers at {address} ({elapsed.TotalSeconds:0} s): start it ('redis-server --appendonly yes'), or correct --cluster.", exception);
                }

                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <remarks>The library wraps what Redis said in messages of its own.</remarks>
    private static bool IsRefusal(Exception exception) =>
        exception.ToString() is var text && (text.Contains("NOAUTH", StringComparison.Ordinal) || text.Contains("WRONGPASS", StringComparison.Ordinal));
}
