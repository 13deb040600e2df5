using IfGuide.Numerics.Models;
using IfGuide.Numerics.Selection;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Influence;

/// <summary>A meaning of a token's score: how it is computed, and where it stands.</summary>
public interface IScoreMethod
{
    /// <summary>Its name in a run file.</summary>
    string Key { get; }

    /// <summary>How a selection treats such scores.</summary>
    SelectionKind Selection { get; }

    /// <summary>Opens a scorer along directions.</summary>
    /// <param name="model">Stays the caller's; must outlive the scorer.</param>
    /// <param name="directions">At least one; each U by layer name, [out, in (+ 1)], for every tracked layer.</param>
    ITokenScorer OpenScorer(CausalLanguageModel model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> directions);

    /// <summary>Opens a scorer that tells which layer a score comes from.</summary>
    /// <param name="model">Stays the caller's; must outlive the scorer.</param>
    /// <param name="direction">U by layer name, for every tracked layer.</param>
    ILayerScorer OpenLayerScorer(CausalLanguageModel model, IReadOnlyDictionary<string, Tensor> direction);
}
