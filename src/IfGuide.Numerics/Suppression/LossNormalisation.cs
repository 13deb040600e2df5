namespace IfGuide.Numerics.Suppression;

/// <summary>What the summed objective is divided by.</summary>
public enum LossNormalisation
{
    /// <summary>The labels of the batch that are not −100, those at index 0 included.</summary>
    /// <remarks>Transformers passes this number as num_items_in_batch.</remarks>
    Labels,

    /// <summary>All B × (T − 1) predicted positions, those without a label included.</summary>
    /// <remarks>This gives torch's mean over unreduced losses.</remarks>
    Positions,
}
