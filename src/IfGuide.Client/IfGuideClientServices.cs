using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IfGuide.Client;

/// <summary>Registers the client.</summary>
public static class IfGuideClientServices
{
    /// <summary>Adds <see cref="IIfGuideClient"/> over the process' Orleans client or silo, which must be registered too.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">Time limits; null: the defaults.</param>
    public static IServiceCollection AddIfGuideClient(this IServiceCollection services, IfGuideClientOptions? options = null)
    {
        services.TryAddSingleton<IIfGuideClient>(provider => new IfGuideClient(provider.GetRequiredService<IGrainFactory>(), options, provider.GetService<TimeProvider>()));
        return services;
    }
}
