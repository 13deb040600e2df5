using Orleans.Services;

namespace IfGuide.Grains.Membership;

/// <summary>What every silo of a cluster answers directly, without the grain directory: an answer says that it can be reached, and whom it cannot reach itself.</summary>
[Alias("ifguide.IReachability"), GrainInterfaceType("ifguide.IReachability")]
public interface IReachability : IGrainService
{
    /// <summary>The silos that have not answered this one for too long.</summary>
    [Alias("Missed")]
    Task<SiloAddress[]> Missed();
}
