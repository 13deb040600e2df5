using IfGuide.Grains.Membership;
using IfGuide.Grains.Units;
using Orleans.Metadata;

namespace IfGuide.Grains.Coordination;

/// <summary>The active silos that host unit grains.</summary>
/// <param name="manifest">What each silo hosts.</param>
/// <param name="membership">Which silos are active.</param>
/// <param name="types">Resolves a grain class to its type.</param>
/// <param name="evictions">Asks for evictions.</param>
public sealed class ComputeSilos(
    IClusterManifestProvider manifest, IClusterMembershipService membership, GrainTypeResolver types, Evictions evictions)
{
    /// <summary>A coordinator sees silos by their calls alone, so it waits longer than those who ask every silo all the time.</summary>
    private static readonly TimeSpan MinEvictionInterval = TimeSpan.FromMinutes(1);

    private readonly GrainType unitType = types.GetGrainType(typeof(CorpusShardGrain));

    /// <summary>The compute silos that are members of the cluster now.</summary>
    public IReadOnlyCollection<SiloAddress> Current
    {
        get
        {
            var silos = manifest.Current.Silos;
            var active = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active);
            return [.. active.Select(member => member.SiloAddress).Where(Computes)];

            bool Computes(SiloAddress silo) => silos.TryGetValue(silo, out var hosted) && hosted.Grains.ContainsKey(unitType);
        }
    }

    /// <summary>Silos that are leaving the cluster in order.</summary>
    public IReadOnlyCollection<SiloAddress> Leaving
    {
        get
        {
            var members = membership.CurrentSnapshot.Members.Values;
            var leaving = members.Where(member => member.Status is SiloStatus.ShuttingDown or SiloStatus.Stopping);
            return [.. leaving.Select(member => member.SiloAddress)];
        }
    }

    /// <summary>A silo's name, for people.</summary>
    /// <param name="silo">The silo, which may be gone.</param>
    public string NameOf(SiloAddress silo) =>
        membership.CurrentSnapshot.Members.TryGetValue(silo, out var member) ? member.Name : silo.ToString();

    /// <summary>Asks the cluster to declare a silo dead, unless this process asked for one shortly before or the silo is the last that computes.</summary>
    /// <param name="silo">The silo.</param>
    /// <returns>Whether the cluster was asked.</returns>
    public bool TryEvict(SiloAddress silo) =>
        Current.Any(other => !other.Equals(silo)) && evictions.TryEvict(silo, "does not answer although others do", MinEvictionInterval);
}
