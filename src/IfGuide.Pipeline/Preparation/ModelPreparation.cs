using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Models;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Preparation;

/// <summary>Checks a model of the run and stores its configuration and weights.</summary>
internal static class ModelPreparation
{
    private const int DefaultPositions = 2048;

    public static (PreparedModel Prepared, int VocabularySize) Prepare(
        RunSpec specification, ModelSpec model, string role, TokenizerFile? tokenizer, BlockingStore store, InputFiles files)
    {
        var (prepared, configuration) = model.Path is { } path
            ? FromFolder(path, store, files)
            : FromScratch(specification, Architecture(model, role), role, tokenizer, store);
        return (prepared, VocabularyOf(specification, configuration, role));
    }

    /// <summary>Checks a model by the heads of its files and stores nothing.</summary>
    /// <returns>Its vocabulary.</returns>
    public static int Check(RunSpec specification, ModelSpec model, string role, TokenizerFile? tokenizer)
    {
        if (model.Path is not { } path)
        {
            return VocabularyOf(specification, Configuration(specification, Architecture(model, role), role, tokenizer), role);
        }

        var folder = HuggingFaceModel.Open(path);
        folder.CheckWeights();
        return VocabularyOf(specification, folder.Configuration, role);
    }

    /// <summary>Rows of a model's embedding.</summary>
    public static int VocabularyOf(TransformerConfiguration configuration) => (int)Math.Min(configuration.VocabularySize, int.MaxValue);

    private static int VocabularyOf(RunSpec specification, TransformerConfiguration configuration, string role)
    {
        var corpus = specification.Corpus;
        if (corpus.Pretokenised is null && corpus.Block > configuration.MaximumPositions)
        {
            throw new UserErrorException(
                $"corpus.block: {corpus.Block} tokens are more than the {configuration.MaximumPositions} positions of the {role}. Use a smaller block, or another model.");
        }

        return VocabularyOf(configuration);
    }

    private static ArchitectureSpec Architecture(ModelSpec model, string role) => model.Architecture ?? throw new UserErrorException($"{role}: give a path or an architecture.");

    /// <summary>Stores the configuration and the weights of a Hugging Face folder.</summary>
    public static (PreparedModel Prepared, TransformerConfiguration Configuration) FromFolder(string path, BlockingStore store, InputFiles files)
    {
        var model = HuggingFaceModel.Open(path);
        var configuration = files.Put(model.ConfigurationPath, "configuration", "config.json");
        var key = ContentKey.Of("weights/1", configuration, files.Digest(model.WeightPaths));
        var weights = $"prepare/{key}/model.safetensors";
        if (!store.Exists(weights))
        {
            store.Put(weights, model.WriteWeights);
        }

        return (new PreparedModel { Key = key, Configuration = configuration, Weights = weights, InputGroups = [.. CausalLanguageModel.InputGroups(model.Configuration)] }, model.Configuration);
    }

    private static (PreparedModel Prepared, TransformerConfiguration Configuration) FromScratch(
        RunSpec specification, ArchitectureSpec architecture, string role, TokenizerFile? tokenizer, BlockingStore store)
    {
        var configuration = Configuration(specification, architecture, role, tokenizer);
        using var json = new MemoryStream();
        HuggingFaceConfiguration.Write(json, configuration, tokenizer?.EndOfTextToken);
        var key = ContentKey.Of("architecture/1", Convert.ToHexString(json.ToArray()));
        var name = $"prepare/{key}/config.json";
        store.Put(name, stream => stream.Write(json.ToArray()));
        return (new PreparedModel { Key = key, Configuration = name, InputGroups = [.. CausalLanguageModel.InputGroups(configuration)] }, configuration);
    }

    private static TransformerConfiguration Configuration(RunSpec specification, ArchitectureSpec architecture, string role, TokenizerFile? tokenizer)
    {
        var vocabulary = architecture.VocabSize ?? tokenizer?.VocabularySize
            ?? throw new UserErrorException($"{role}.architecture.vocab_size: missing, and there is no tokenizer to take it from. Add vocab_size.");
        if (architecture.HiddenSize % architecture.NumAttentionHeads != 0)
        {
            throw new UserErrorException($"{role}.architecture: hidden_size {architecture.HiddenSize} is no multiple of num_attention_heads {architecture.NumAttentionHeads}.");
        }

        if (!HuggingFaceConfiguration.ModelTypes.TryGetValue(architecture.ModelType, out var family))
        {
            throw new UserErrorException($"{role}.architecture.model_type: '{architecture.ModelType}', expected {string.Join(", ", HuggingFaceConfiguration.ModelTypes.Keys)}.");
        }

        var isNeoX = family == ModelFamily.GptNeoX;
        var configuration = new TransformerConfiguration
        {
            Family = family,
            VocabularySize = vocabulary,
            HiddenSize = architecture.HiddenSize,
            LayerCount = architecture.NumHiddenLayers,
            HeadCount = architecture.NumAttentionHeads,
            KeyValueHeadCount = architecture.NumKeyValueHeads ?? architecture.NumAttentionHeads,
            HeadSize = architecture.HiddenSize / architecture.NumAttentionHeads,
            IntermediateSize = architecture.IntermediateSize,
            RotaryFraction = isNeoX ? architecture.RotaryPct : 1,
            RotaryBase = architecture.RotaryEmbBase,
            AttentionBias = family is ModelFamily.GptNeoX or ModelFamily.Qwen2 or ModelFamily.Gpt2,
            TieEmbeddings = architecture.TieWordEmbeddings,
            MaximumPositions = Math.Max(DefaultPositions, specification.Corpus.Block),
            InitializerRange = architecture.InitializerRange,
        };
        try
        {
            configuration.Validate();
            return configuration;
        }
        catch (ModelFormatException exception)
        {
            throw new UserErrorException($"{role}.architecture: {exception.Message}", exception);
        }
    }
}
