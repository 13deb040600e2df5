using IfGuide.Grains.Units;
using Orleans.Metadata;

namespace IfGuide.Grains.Coordination;

/// <summary>The active silos that host unit grains.</summary>
/// <param name="manifest">What each silo hosts.</param>
/// <param name="membership">Which silos are active.</param>
/// <param name="types">Resolves a grain class to its type.</param>
public sealed class ComputeSilos(IClusterManifestProvider manifest, IClusterMembershipService membership, GrainTypeResolver types)
{
    private readonly GrainType unitType = types.GetGrainType(typeof(CorpusShardGrain));

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
}
