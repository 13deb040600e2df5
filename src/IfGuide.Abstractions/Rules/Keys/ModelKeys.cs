using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Abstractions.Rules.Keys;

/// <summary>Keys of <c>proxy</c> and <c>target</c>.</summary>
internal static class ModelKeys
{
    private static readonly PathKind Folder = new("the path of a Hugging Face folder (config.json, model.safetensors)");

    public static Section<ModelSpec> Proxy { get; } = new(
        () => new ModelSpec(),
        Key<ModelSpec>.Of(
            "path", Folder, model => model.Path, (model, path) => model with { Path = path },
            "A Hugging Face folder: config.json, model.safetensors (one file or an index with shards), tokenizer.json."),
        Key<ModelSpec>.Of(
            "architecture",
            ArchitectureKeys.Architecture,
            model => model.Architecture,
            (model, shape) => model with { Architecture = shape },
            "The model's shape, with the keys of a Hugging Face config.json; it is trained on the corpus first, from scratch."),
        Key<ModelSpec>.Of(
            "training", TrainingKeys.Training, model => model.Training, (model, training) => model with { Training = training },
            "How a proxy from scratch is trained."))
    {
        Alternatives = ("path", "architecture"),
        OnlyBeside = [("training", "architecture")],
    };

    public static Section<ModelSpec> Target { get; } = new(
        () => new ModelSpec(),
        Key<ModelSpec>.Of(
            "path",
            Folder,
            model => model.Path,
            (model, path) => model with { Path = path },
            "A Hugging Face folder to fine-tune."),
        Key<ModelSpec>.Of(
            "architecture",
            ArchitectureKeys.Architecture,
            model => model.Architecture,
            (model, shape) => model with { Architecture = shape },
            "The shape of a model to pre-train from scratch, with the keys of a Hugging Face config.json."))
    {
        Alternatives = ("path", "architecture"),
    };
}
