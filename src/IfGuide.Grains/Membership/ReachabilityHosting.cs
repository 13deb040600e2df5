using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IfGuide.Grains.Membership;

/// <summary>Makes a silo see to it that every silo of its cluster reaches every other.</summary>
internal static class ReachabilityHosting
{
    /// <summary>Adds the question, the answer and the watch.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="roles">How control and compute silos are known.</param>
    public static ISiloBuilder AddReachability(this ISiloBuilder silo, ReachabilityRoles roles)
    {
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton(new ReachabilityOptions());
        silo.Services.AddSingleton(roles);
        silo.Services.TryAddSingleton<Evictions>();
        silo.Services.AddSingleton(provider => new SiloMesh(
            provider.GetRequiredService<ILocalSiloDetails>().SiloAddress, provider.GetRequiredService<ReachabilityOptions>()));
        silo.Services.AddSingleton<ReachabilityClient>();
        silo.Services.AddGrainService<ReachabilityService>();
        silo.Services.AddHostedService<ReachabilityWatch>();
        return silo;
    }
}
