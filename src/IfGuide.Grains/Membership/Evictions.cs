using IfGuide.Grains.Messages;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Membership;

/// <summary>Asks the cluster to declare silos dead: one at a time, however many parts of this process find one that should go.</summary>
/// <param name="membership">The cluster's members.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class Evictions(IClusterMembershipService membership, TimeProvider time, ILogger<Evictions> logger)
{
    /// <summary>Shortest time between two evictions that one process asks for.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private DateTimeOffset last = DateTimeOffset.MinValue;

    /// <summary>Asks for an eviction, unless one was asked for a short time ago. The answer goes to the log.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="why">What it does wrong, for the log: a predicate whose subject is the silo.</param>
    /// <param name="interval">Shortest time since the last one; null: <see cref="MinInterval"/>.</param>
    /// <returns>Whether the cluster was asked.</returns>
    public bool TryEvict(SiloAddress silo, string why, TimeSpan? interval = null)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (now - last < (interval ?? MinInterval))
            {
                return false;
            }

            last = now;
        }

        logger.LogError("Silo {Silo} {Why}; the cluster is asked to evict it.", silo, why);
        _ = EvictAsync(silo);
        return true;
    }

    private async Task EvictAsync(SiloAddress silo)
    {
#pragma warning disable CA1031 // the edge: a membership table that is out of reach is asked again at the next eviction
        try
        {
            var outcome = await membership.TryKill(silo) ? "declared dead" : "not accepted";
            logger.LogWarning("Eviction of silo {Silo}: {Outcome}.", silo, outcome);
        }
        catch (Exception exception)
        {
            logger.LogWarning("Silo {Silo} could not be evicted: {Why}", silo, exception.FirstLine());
        }
#pragma warning restore CA1031
    }
}
