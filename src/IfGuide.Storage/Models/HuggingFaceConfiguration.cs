using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Models;

/// <summary>config.json, as Hugging Face transformers writes it for GPT-NeoX, Llama, Mistral, Qwen2 and GPT-2 models. Unknown keys that change no mathematics are ignored; features that would are refused by name.</summary>
public static class HuggingFaceConfiguration
{
    /// <summary>The families of models by the <c>model_type</c> that names them.</summary>
    public static IReadOnlyDictionary<string, ModelFamily> ModelTypes { get; } = new Dictionary<string, ModelFamily>
    {
        ["gpt_neox"] = ModelFamily.GptNeoX,
        ["llama"] = ModelFamily.Llama,
        ["mistral"] = ModelFamily.Mistral,
        ["qwen2"] = ModelFamily.Qwen2,
        ["gpt2"] = ModelFamily.Gpt2,
    };

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">A config.json.</param>
    /// <exception cref="UserErrorException">The file is unreadable, incomplete, or of a model that is not supported; the message names file and key.</exception>
    public static TransformerConfiguration Read(string path)
    {
        using var json = Parse(path);
        var reader = new ConfigurationReader(path, json.RootElement);
        try
        {
            if (reader.Has("quantization_config"))
            {
                throw reader.Wrong("quantization_config", "weights of 16 or 32 bits");
            }

            if (!ModelTypes.TryGetValue(reader.Text("model_type"), out var family))
            {
                throw reader.Wrong("model_type", string.Join(", ", ModelTypes.Keys));
            }

            var configuration = family switch
            {
                ModelFamily.GptNeoX => GptNeoX(reader),
                ModelFamily.Gpt2 => Gpt2(reader),
                _ => Llama(reader, family),
            };
            configuration.Validate();
            return configuration;
        }
        catch (ModelFormatException exception)
        {
            throw new UserErrorException($"'{path}': {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new UserErrorException($"'{path}' holds a string that is not valid UTF-8. Download or export the model's folder again.", exception);
        }
    }

    /// <summary>Writes a configuration that transformers loads.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="endOfTextToken">The token that ends a document; null: 0.</param>
    public static void Write(Stream stream, TransformerConfiguration configuration, int? endOfTextToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var json = configuration.Family switch
        {
            ModelFamily.GptNeoX => GptNeoX(configuration),
            ModelFamily.Gpt2 => Gpt2(configuration),
            _ => Llama(configuration),
        };
        json["bos_token_id"] = endOfTextToken ?? 0;
        json["eos_token_id"] = endOfTextToken ?? 0;
        if (configuration.Family != ModelFamily.Gpt2) // which has names of its own for them
        {
            json["hidden_size"] = configuration.HiddenSize;
            json["initializer_range"] = configuration.InitializerRange;
            json["intermediate_size"] = configuration.IntermediateSize;
            json["max_position_embeddings"] = configuration.MaximumPositions;
            json["num_attention_heads"] = configuration.HeadCount;
            json["num_hidden_layers"] = configuration.LayerCount;
        }

        json["tie_word_embeddings"] = configuration.TieEmbeddings;
        json["torch_dtype"] = "float32";
        json["vocab_size"] = configuration.VocabularySize;
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteTo(writer);
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var json = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 64 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new JsonException("the top level is no object");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"'{path}' is not valid JSON: {exception.Message} Download or export the model's folder again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, exception);
        }
    }

    private static TransformerConfiguration GptNeoX(ConfigurationReader reader)
    {
        Activation(reader, "gelu");
        var heads = reader.Whole("num_attention_heads");
        var width = reader.Whole("hidden_size");
        if (Scaling(reader) is not null)
        {
            throw reader.Wrong(RopeKey(reader), "no scaling");
        }

        var rope = reader.Has("rope_parameters") ? reader.Section("rope_parameters") : reader;
        return new TransformerConfiguration
        {
            Family = ModelFamily.GptNeoX,
            VocabularySize = reader.Whole("vocab_size"),
            HiddenSize = width,
            LayerCount = (int)reader.Whole("num_hidden_layers"),
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = width / heads,
            IntermediateSize = reader.Whole("intermediate_size"),
            NormalisationEpsilon = reader.Number("layer_norm_eps", 1e-5),
            RotaryFraction = rope.Number("partial_rotary_factor", reader.Number("rotary_pct", 0.25)),
            RotaryBase = rope.Number("rope_theta", reader.Number("rotary_emb_base", 10000)),
            ParallelResidual = reader.Flag("use_parallel_residual", true),
            AttentionBias = reader.Flag("attention_bias", true),
            TieEmbeddings = reader.Flag("tie_word_embeddings", false),
            MaximumPositions = reader.Whole("max_position_embeddings", 2048),
            InitializerRange = reader.Number("initializer_range", 0.02),
        };
    }

    private static TransformerConfiguration Gpt2(ConfigurationReader reader)
    {
        reader.Require("activation_function", "gelu_new", value => value.ValueKind == JsonValueKind.String && value.GetString() is "gelu_new" or "gelu_pytorch_tanh");
        reader.Require("scale_attn_weights", "true", value => value.ValueKind == JsonValueKind.True);
        reader.Require("scale_attn_by_inverse_layer_idx", "false", value => value.ValueKind == JsonValueKind.False);
        reader.Require("add_cross_attention", "false", value => value.ValueKind == JsonValueKind.False);
        var heads = reader.Whole("n_head");
        var width = reader.Whole("n_embd");
        return new TransformerConfiguration
        {
            Family = ModelFamily.Gpt2,
            VocabularySize = reader.Whole("vocab_size"),
            HiddenSize = width,
            LayerCount = (int)reader.Whole("n_layer"),
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = width / heads,
            IntermediateSize = reader.Whole("n_inner", 4 * width),
            NormalisationEpsilon = reader.Number("layer_norm_epsilon", 1e-5),
            AttentionBias = true,
            TieEmbeddings = reader.Flag("tie_word_embeddings", true),
            MaximumPositions = reader.Whole("n_positions", 1024),
            InitializerRange = reader.Number("initializer_range", 0.02),
        };
    }

    private static TransformerConfiguration Llama(ConfigurationReader reader, ModelFamily family)
    {
        Activation(reader, "silu");
        reader.Require("mlp_bias", "false", value => value.ValueKind == JsonValueKind.False);
        RequireWholeRotation(reader);
        var heads = reader.Whole("num_attention_heads");
        var width = reader.Whole("hidden_size");
        return new TransformerConfiguration
        {
            Family = family,
            VocabularySize = reader.Whole("vocab_size"),
            HiddenSize = width,
            LayerCount = (int)reader.Whole("num_hidden_layers"),
            HeadCount = heads,
            KeyValueHeadCount = reader.Whole("num_key_value_heads", heads),
            HeadSize = reader.Whole("head_dim", width / heads),
            IntermediateSize = reader.Whole("intermediate_size"),
            NormalisationEpsilon = reader.Number("rms_norm_eps", 1e-6),
            RotaryBase = reader.Has("rope_parameters") ? reader.Section("rope_parameters").Number("rope_theta", 10000) : reader.Number("rope_theta", 10000),
            RopeScaling = Scaling(reader),
            AttentionBias = family == ModelFamily.Qwen2 || reader.Flag("attention_bias", false),
            TieEmbeddings = reader.Flag("tie_word_embeddings", false),
            MaximumPositions = Math.Min(reader.Whole("max_position_embeddings", 2048), SlidingWindow(reader, family)),
            InitializerRange = reader.Number("initializer_range", 0.02),
        };
    }

    /// <summary>Within its window, sliding attention is attention to all earlier tokens; longer sequences are refused by the positions.</summary>
    private static long SlidingWindow(ConfigurationReader reader, ModelFamily family) =>
        reader.Flag("use_sliding_window", family == ModelFamily.Mistral) ? reader.Whole("sliding_window", int.MaxValue) : int.MaxValue;

    private static void Activation(ConfigurationReader reader, string expected) =>
        reader.Require("hidden_act", expected, value => value.ValueKind == JsonValueKind.String && value.GetString() == expected);

    private static void RequireWholeRotation(ConfigurationReader reader)
    {
        var rope = reader.Has("rope_parameters") ? reader.Section("rope_parameters") : reader;
        foreach (var section in new[] { reader, rope })
        {
            section.Require("partial_rotary_factor", "1: whole heads rotate", value => value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1);
        }
    }

    private static string RopeKey(ConfigurationReader reader) => reader.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";

    private static RopeScaling? Scaling(ConfigurationReader reader)
    {
        var key = RopeKey(reader);
        if (!reader.Has(key))
        {
            return null;
        }

        var rope = reader.Section(key);
        return rope.Text("rope_type", rope.Text("type", "default")) switch
        {
            "default" => null,
            "llama3" => new RopeScaling(
                rope.Number("factor"), rope.Number("low_freq_factor"), rope.Number("high_freq_factor"), rope.Whole("original_max_position_embeddings")),
            _ => throw reader.Wrong(key, "no scaling, or rope_type llama3"),
        };
    }

    private static JsonObject GptNeoX(TransformerConfiguration configuration) => new()
    {
        ["architectures"] = new JsonArray("GPTNeoXForCausalLM"),
        ["model_type"] = "gpt_neox",
        ["attention_bias"] = configuration.AttentionBias,
        ["hidden_act"] = "gelu",
        ["layer_norm_eps"] = configuration.NormalisationEpsilon,
        ["rotary_emb_base"] = configuration.RotaryBase,
        ["rotary_pct"] = configuration.RotaryFraction,
        ["use_parallel_residual"] = configuration.ParallelResidual,
    };

    private static JsonObject Llama(TransformerConfiguration configuration) => new()
    {
        ["architectures"] = new JsonArray($"{configuration.Family}ForCausalLM"),
        ["model_type"] = ModelTypes.Single(type => type.Value == configuration.Family).Key,
        ["attention_bias"] = configuration.AttentionBias,
        ["head_dim"] = configuration.HeadSize,
        ["hidden_act"] = "silu",
        ["mlp_bias"] = false,
        ["num_key_value_heads"] = configuration.KeyValueHeadCount,
        ["rms_norm_eps"] = configuration.NormalisationEpsilon,
        ["rope_scaling"] = configuration.RopeScaling is not { } scaling ? null : new JsonObject
        {
            ["factor"] = scaling.Factor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaximumPositions,
            ["rope_type"] = "llama3",
        },
        ["rope_theta"] = configuration.RotaryBase,
    };

    private static JsonObject Gpt2(TransformerConfiguration configuration) => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["activation_function"] = "gelu_new",
        ["initializer_range"] = configuration.InitializerRange,
        ["layer_norm_epsilon"] = configuration.NormalisationEpsilon,
        ["n_embd"] = configuration.HiddenSize,
        ["n_head"] = configuration.HeadCount,
        ["n_inner"] = configuration.IntermediateSize,
        ["n_layer"] = configuration.LayerCount,
        ["n_positions"] = configuration.MaximumPositions,
    };
}
