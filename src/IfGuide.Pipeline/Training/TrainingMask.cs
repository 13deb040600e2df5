using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Training;

/// <summary>Which tokens each compared model is kept from learning.</summary>
internal static class TrainingMask
{
    /// <summary>Store name of each shard's mask; null for the base model, which learns everything.</summary>
    public static Func<int, string>? Of(UnitContext context, string variant) => variant switch
    {
        Variants.Base => null,
        Variants.Suppressed => context.Names.Mask,
        Variants.Random => shard => RandomMask.Ensure(context, shard),
        var filter => shard => FilterMask.Ensure(context, filter, shard),
    };
}
