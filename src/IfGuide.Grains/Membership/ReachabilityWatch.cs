using System.Collections.Concurrent;
using IfGuide.Grains.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Metadata;

namespace IfGuide.Grains.Membership;

/// <summary>Asks every other silo all the time whether it answers, and asks the cluster to evict one that does not although others do.</summary>
/// <param name="client">Asks a silo.</param>
/// <param name="mesh">Who reaches whom.</param>
/// <param name="options">The policy's numbers.</param>
/// <param name="roles">How control and compute silos are known.</param>
/// <param name="evictions">Asks for evictions.</param>
/// <param name="membership">The cluster's members.</param>
/// <param name="manifest">What each silo hosts.</param>
/// <param name="types">Resolves a grain class to its type.</param>
/// <param name="interfaces">Resolves an interface to its type.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class ReachabilityWatch(
    ReachabilityClient client,
    SiloMesh mesh,
    ReachabilityOptions options,
    ReachabilityRoles roles,
    Evictions evictions,
    IClusterMembershipService membership,
    IClusterManifestProvider manifest,
    GrainTypeResolver types,
    GrainInterfaceTypeResolver interfaces,
    TimeProvider time,
    ILogger<ReachabilityWatch> logger) : BackgroundService
{
    private readonly GrainType coordinator = types.GetGrainType(roles.Control);
    private readonly GrainType unit = types.GetGrainType(roles.Compute);
    private readonly GrainInterfaceType reachability = interfaces.GetGrainInterfaceType(typeof(IReachability));
    private readonly ConcurrentDictionary<SiloAddress, bool> asking = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await PollAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var members = Members();
        mesh.Update(members, time.GetUtcNow());
        foreach (var member in members)
        {
            if (asking.TryAdd(member.Silo, true))
            {
                _ = AskAsync(member.Silo, cancellationToken);
            }
        }

        if (mesh.Missed.Count == 0)
        {
            return;
        }

#pragma warning disable CA1031 // the edge: a membership table that is out of reach is asked again a moment later
        try
        {
            // Whoever cannot be reached may have been evicted, or have had this silo evicted.
            await membership.Refresh(cancellationToken: cancellationToken);
            if (mesh.FindEviction() is { } silo)
            {
                evictions.TryEvict(silo, $"has not answered this one for {options.Silence.TotalSeconds} s although others do");
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The membership cannot be read to judge a silo that does not answer: {Why}", exception.FirstLine());
        }
    }

    private async Task AskAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            var call = client.MissedBy(silo);
            call.Ignore(); // it may still fail when nobody waits for it any more
            var missed = await call.WaitAsync(options.Recent, time, cancellationToken);
            mesh.Answered(silo, missed, time.GetUtcNow());
        }
        catch (Exception)
        {
            // No answer, for whatever reason: the mesh knows since when.
        }
#pragma warning restore CA1031
        finally
        {
            asking.TryRemove(silo, out _);
        }
    }

    /// <remarks>Silos of an older build cannot be asked: they are left out.</remarks>
    private MeshMember[] Members()
    {
        var silos = manifest.Current.Silos;
        var members = new List<MeshMember>();
        foreach (var member in membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active))
        {
            if (silos.TryGetValue(member.SiloAddress, out var hosted) && hosted.Interfaces.ContainsKey(reachability))
            {
                var (controls, computes) = (hosted.Grains.ContainsKey(coordinator), hosted.Grains.ContainsKey(unit));
                members.Add(new MeshMember(member.SiloAddress, controls, computes));
            }
        }

        return [.. members];
    }
}
