using IfGuide.Grains.Units;
using Microsoft.Extensions.Logging;
using Orleans.Metadata;

namespace IfGuide.Grains.Coordination;

/// <summary>The active silos that host unit grains.</summary>
/// <param name="manifest">What each silo hosts.</param>
/// <param name="membership">Which silos are active.</param>
/// <param name="types">Resolves a grain class to its type.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class ComputeSilos(IClusterManifestProvider manifest, IClusterMembershipService membership, GrainTypeResolver types, TimeProvider time, ILogger<ComputeSilos> logger)
{
    private readonly GrainType unitType = types.GetGrainType(typeof(CorpusShardGrain));
    private readonly Lock gate = new();
    private DateTimeOffset lastEviction = DateTimeOffset.MinValue;

    /// <summary>The compute silos that are members of the cluster now.</summary>
    public IReadOnlyCollection<SiloAddress> Current
    {
        get
        {
            var silos = manifest.Current.Silos;
            return [.. membership.CurrentSnapshot.Members.Values
                .Where(member => member.Status == SiloStatus.Active && silos.TryGetValue(member.SiloAddress, out var hosted) && hosted.Grains.ContainsKey(unitType))
                .Select(member => member.SiloAddress)];
        }
    }

    /// <summary>Silos that are leaving the cluster in order.</summary>
    public IReadOnlyCollection<SiloAddress> Leaving =>
        [.. membership.CurrentSnapshot.Members.Values.Where(member => member.Status is SiloStatus.ShuttingDown or SiloStatus.Stopping).Select(member => member.SiloAddress)];

    /// <summary>A silo's name, for people.</summary>
    /// <param name="silo">The silo, which may be gone.</param>
    public string NameOf(SiloAddress silo) => membership.CurrentSnapshot.Members.TryGetValue(silo, out var member) ? member.Name : silo.ToString();

    /// <summary>Asks the cluster to declare a silo dead, unless this process asked for one shortly before or the silo is the last that computes.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="between">Shortest time between two evictions.</param>
    /// <returns>Whether the cluster was asked.</returns>
    public bool TryEvict(SiloAddress silo, TimeSpan between)
    {
        lock (gate)
        {
            if (time.GetUtcNow() - lastEviction < between || !Current.Any(other => !other.Equals(silo)))
            {
                return false;
            }

            lastEviction = time.GetUtcNow();
        }

        logger.LogError("Silo {Silo} does not answer although others do; the cluster is asked to evict it.", silo);
        _ = EvictAsync(silo);
        return true;
    }

    private async Task EvictAsync(SiloAddress silo)
    {
#pragma warning disable CA1031 // the edge: a membership table that is out of reach is asked again at the next eviction
        try
        {
            var evicted = await membership.TryKill(silo);
            logger.LogWarning("Eviction of silo {Silo}: {Outcome}.", silo, evicted ? "declared dead" : "not accepted");
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "Silo {Silo} could not be evicted.", silo);
        }
#pragma warning restore CA1031
    }
}
