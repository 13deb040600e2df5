using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models;

/// <summary>How a family of models is computed.</summary>
/// <param name="Tabulate">Its modules, known without weights.</param>
/// <param name="Create">The model over weights that fit the table; it takes ownership of them.</param>
internal sealed record Architecture(
    Func<TransformerConfiguration, ModuleTable> Tabulate,
    Func<ModuleTable, IReadOnlyDictionary<string, Tensor>, CausalLanguageModel> Create)
{
    private static readonly Architecture GptNeoX =
        new(GptNeoXModel.Tabulate, (modules, weights) => new GptNeoXModel(modules, weights));

    private static readonly Architecture Gpt2 =
        new(Gpt2Model.Tabulate, (modules, weights) => new Gpt2Model(modules, weights));

    private static readonly Architecture Llama =
        new(LlamaModel.Tabulate, (modules, weights) => new LlamaModel(modules, weights));

    /// <summary>The architecture of a family.</summary>
    public static Architecture Find(ModelFamily family) => family switch
    {
        ModelFamily.GptNeoX => GptNeoX,
        ModelFamily.Gpt2 => Gpt2,
        _ => Llama,
    };
}
