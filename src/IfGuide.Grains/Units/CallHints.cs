using Orleans.Runtime.Placement;

namespace IfGuide.Grains.Units;

/// <summary>What travels beside a call to a unit grain: where it should be activated, and its place in the queue there. Silos that do not know a hint pass it over.</summary>
internal static class CallHints
{
    private const string PriorityKey = "ifguide.overtakes";

    /// <summary>Whether the call that is being served asks for a place before the run's other waiting units.</summary>
    public static bool HasPriority => RequestContext.Get(PriorityKey) is true;

    /// <summary>Makes a call with hints.</summary>
    public static T With<T>(SiloAddress silo, bool hasPriority, Func<T> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        if (hasPriority)
        {
            RequestContext.Set(PriorityKey, true);
        }

        try
        {
            return call();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
            RequestContext.Remove(PriorityKey);
        }
    }
}
