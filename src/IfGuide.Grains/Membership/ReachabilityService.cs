using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Concurrency;
using Orleans.Runtime.Services;

namespace IfGuide.Grains.Membership;

/// <summary>Answers the other silos.</summary>
/// <remarks>Has no log: it would write how the ring of silos is cut, which is of no use to whoever asks one silo.</remarks>
/// <param name="id">The service's id.</param>
/// <param name="silo">This silo.</param>
/// <param name="mesh">Who reaches whom, as this silo sees it.</param>
[Reentrant]
public sealed class ReachabilityService(GrainId id, Silo silo, SiloMesh mesh)
    : GrainService(id, silo, NullLoggerFactory.Instance), IReachability
{
    /// <inheritdoc/>
    public Task<SiloAddress[]> Missed() => Task.FromResult(mesh.Missed.ToArray());
}

/// <summary>Asks a silo.</summary>
/// <param name="services">The silo's services.</param>
public sealed class ReachabilityClient(IServiceProvider services) : GrainServiceClient<IReachability>(services)
{
    /// <summary>The silos that a silo cannot reach.</summary>
    /// <param name="silo">Whom to ask.</param>
    public Task<SiloAddress[]> MissedBy(SiloAddress silo) => GetGrainService(silo).Missed();
}
