using System.Collections.Concurrent;
using IfGuide.Grains.Coordination;
using IfGuide.Grains.Units;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Metadata;

namespace IfGuide.Grains.Membership;

/// <summary>Asks every other silo all the time whether it answers, and asks the cluster to evict one that does not although others do.</summary>
/// <param name="client">Asks a silo.</param>
/// <param name="mesh">Who reaches whom.</param>
/// <param name="options">The policy's numbers.</param>
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
    IClusterMembershipService membership,
    IClusterManifestProvider manifest,
    GrainTypeResolver types,
    GrainInterfaceTypeResolver interfaces,
    TimeProvider time,
    ILogger<ReachabilityWatch> logger) : BackgroundService
{
    private readonly GrainType coordinator = types.GetGrainType(typeof(RunGrain));
    private readonly GrainType unit = types.GetGrainType(typeof(CorpusShardGrain));
    private readonly GrainInterfaceType reachability = interfaces.GetGrainInterfaceType(typeof(IReachability));
    private readonly ConcurrentDictionary<SiloAddress, bool> asking = new();
    private DateTimeOffset lastEviction = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
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
            await membership.Refresh(cancellationToken: cancellationToken); // whoever cannot be reached may have been evicted, or have had this silo evicted
            if (mesh.FindEviction() is { } silo && time.GetUtcNow() - lastEviction >= options.BetweenEvictions)
            {
                lastEviction = time.GetUtcNow();
                logger.LogError("Silo {Silo} has not answered this one for {Seconds} s although others do; the cluster is asked to evict it.", silo, options.Silence.TotalSeconds);
                var evicted = await membership.TryKill(silo);
                logger.LogWarning("Eviction of silo {Silo}: {Outcome}.", silo, evicted ? "declared dead" : "not accepted");
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("A silo that does not answer could not be evicted: {Why}", exception.Message.Split('\n')[0]);
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

    /// <remarks>Silos of a build that does not know the question are nobody's business.</remarks>
    private MeshMember[] Members()
    {
        var silos = manifest.Current.Silos;
        return [.. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && silos.TryGetValue(member.SiloAddress, out var hosted) && hosted.Interfaces.ContainsKey(reachability))
            .Select(member => new MeshMember(member.SiloAddress, silos[member.SiloAddress].Grains.ContainsKey(coordinator), silos[member.SiloAddress].Grains.ContainsKey(unit)))];
    }
}
