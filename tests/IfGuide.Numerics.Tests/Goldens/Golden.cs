using System.Text.Json;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Goldens;

/// <summary>The golden files under tests/Goldens, made by the reference implementations; README.md there states their conventions.</summary>
internal static class Golden
{
    /// <summary>tests/Goldens of this checkout.</summary>
    public static string Root { get; } = Path.Combine(RepositoryRoot(), "tests", "Goldens");

    /// <summary>An array, in the file's own precision. The caller's dispose scope owns it.</summary>
    /// <param name="path">Relative to tests/Goldens, e.g. "tiny_neox/plain/logits.f64.npy".</param>
    public static Tensor Array(string path) => NumpyReader.Read(Path.Combine(Root, path));

    /// <summary>Named tensors, in the file's own precision. The caller's dispose scope owns them.</summary>
    public static Dictionary<string, Tensor> Tensors(string path) => SafetensorsReader.Read(Path.Combine(Root, path));

    public static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, path))).RootElement;

    /// <summary>One of the golden models, with its weights upcast or rounded to a precision. The caller owns it.</summary>
    /// <param name="model">"tiny_neox", "tiny_llama" or another folder with config.json and model.safetensors.</param>
    /// <param name="precision">Element type of its weights.</param>
    public static CausalLanguageModel Model(string model, ScalarType precision = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var weights = Tensors($"{model}/model.safetensors").ToDictionary(weight => weight.Key, weight => weight.Value.to(precision));
        return CausalLanguageModel.Create(Configuration(model), weights);
    }

    /// <summary>Input ids, labels and attention mask, all rows. The caller's dispose scope owns the tensors.</summary>
    /// <param name="model">Folder of the model.</param>
    /// <param name="set">"plain", "padded", "toxic" or "nontoxic".</param>
    public static TokenBatch Batch(string model, string set)
    {
        var ids = Array($"{model}/data/{set}_input_ids.npy");
        return new TokenBatch(
            ids,
            Array($"{model}/data/{set}_labels.npy"),
            Array($"{model}/data/{set}_attention_mask.npy"),
            [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row => (long)row)]);
    }

    public static TransformerConfiguration Configuration(string model)
    {
        var json = Json($"{model}/config.json");
        var llama = json.GetProperty("model_type").GetString() == "llama";
        var heads = json.GetProperty("num_attention_heads").GetInt64();
        var hidden = json.GetProperty("hidden_size").GetInt64();
        return new TransformerConfiguration
        {
            Family = llama ? ModelFamily.Llama : ModelFamily.GptNeoX,
            VocabularySize = json.GetProperty("vocab_size").GetInt64(),
            HiddenSize = hidden,
            LayerCount = json.GetProperty("num_hidden_layers").GetInt32(),
            HeadCount = heads,
            KeyValueHeadCount = llama ? json.GetProperty("num_key_value_heads").GetInt64() : heads,
            HeadSize = hidden / heads,
            IntermediateSize = json.GetProperty("intermediate_size").GetInt64(),
            NormalisationEpsilon = json.GetProperty(llama ? "rms_norm_eps" : "layer_norm_eps").GetDouble(),
            RotaryFraction = llama ? 1 : json.GetProperty("rotary_pct").GetDouble(),
            RotaryBase = json.GetProperty(llama ? "rope_theta" : "rotary_emb_base").GetDouble(),
            ParallelResidual = llama || json.GetProperty("use_parallel_residual").GetBoolean(),
            AttentionBias = json.GetProperty("attention_bias").GetBoolean(),
            TieEmbeddings = json.GetProperty("tie_word_embeddings").GetBoolean(),
            MaximumPositions = json.GetProperty("max_position_embeddings").GetInt64(),
            InitializerRange = json.GetProperty("initializer_range").GetDouble(),
        };
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "IfGuide.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No IfGuide.sln above '{AppContext.BaseDirectory}': run the tests from a checkout.");
    }
}
