using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Tests.Safetensors;

namespace IfGuide.Storage.Tests.Models;

/// <summary>Configurations as their makers published them, with the numbers of parameters that they give.</summary>
internal static class PublishedModels
{
    private static readonly Dictionary<string, (long Parameters, string Configuration)> Models = new()
    {
        ["pythia-14m"] = (14_067_712, Pythia(128, 6, 4, 50304)),
        ["pythia-31m"] = (30_494_720, Pythia(256, 6, 8, 50304)),
        ["pythia-70m"] = (70_426_624, Pythia(512, 6, 8, 50304)),
        ["pythia-160m"] = (162_322_944, Pythia(768, 12, 12, 50304)),
        ["pythia-410m"] = (405_334_016, Pythia(1024, 24, 16, 50304)),
        ["pythia-1b"] = (1_011_781_632, Pythia(2048, 16, 8, 50304)),
        ["pythia-1.4b"] = (1_414_647_808, Pythia(2048, 24, 16, 50304)),
        ["pythia-2.8b"] = (2_775_208_960, Pythia(2560, 32, 32, 50304)),
        ["pythia-6.9b"] = (6_857_302_016, Pythia(4096, 32, 32, 50432)),
        ["pythia-12b"] = (11_846_072_320, Pythia(5120, 36, 40, 50688)),
        ["gpt2"] = (124_439_808, Gpt2(768, 12, 12)),
        ["gpt2-medium"] = (354_823_168, Gpt2(1024, 24, 16)),
        ["gpt2-large"] = (774_030_080, Gpt2(1280, 36, 20)),
        ["gpt2-xl"] = (1_557_611_200, Gpt2(1600, 48, 25)),
        ["Llama-3.2-1B"] = (1_235_814_400, Llama(2048, 16, 32, 8192, scale: 32, tied: true)),
        ["Llama-3.2-3B"] = (3_212_749_824, Llama(3072, 28, 24, 8192, scale: 32, tied: true)),
        ["Llama-3.1-8B"] = (8_030_261_248, Llama(4096, 32, 32, 14336, scale: 8, tied: false)),
        ["Llama-3.1-70B"] = (70_553_706_496, Llama(8192, 80, 64, 28672, scale: 8, tied: false)),
        ["Mistral-7B-v0.1"] = (7_241_732_096, """
            {"architectures": ["MistralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02, "intermediate_size": 14336,
             "max_position_embeddings": 32768, "model_type": "mistral", "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
             "rope_theta": 10000.0, "sliding_window": 4096, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "transformers_version": "4.34.0.dev0", "use_cache": true, "vocab_size": 32000}
            """),
        ["Qwen2-0.5B"] = (494_032_768, Qwen2(896, 24, 14, 2, 4864, 151936, tied: true)),
        ["Qwen2-7B"] = (7_615_616_512, Qwen2(3584, 28, 28, 4, 18944, 152064, tied: false)),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => Models.Keys;

    /// <summary>A model's config.json.</summary>
    public static string Configuration(string name) => Models[name].Configuration;

    /// <summary>How many parameters it has, a tied unembedding counted once.</summary>
    public static long Parameters(string name) => Models[name].Parameters;

    /// <summary>Writes shards of the published type and size that hold zeros, of which the disk keeps nothing but the heads, and their index.</summary>
    public static void WriteShards(string folder, TransformerConfiguration configuration, int shards)
    {
        var weights = CausalLanguageModel.WeightShapes(configuration).ToList();
        var map = new List<string>();
        for (var shard = 0; shard < shards; shard++)
        {
            var file = $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
            var own = weights.Where((_, number) => number % shards == shard).Select(weight => (weight.Key, Shape: Stored(weight.Key, weight.Value))).ToList();
            var offset = 0L;
            var entries = own.Select(weight =>
            {
                var start = offset;
                offset += 2 * weight.Shape.Aggregate((product, size) => product * size);
                return $"\"{weight.Key}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', weight.Shape)}],\"data_offsets\":[{start},{offset}]}}";
            });
            var head = SafetensorsBytes.Raw($"{{{string.Join(',', entries)}}}", 0);
            using var stream = File.Create(Path.Combine(folder, file));
            stream.Write(head);
            stream.SetLength(head.Length + offset);
            map.AddRange(own.Select(weight => $"\"{weight.Key}\":\"{file}\""));
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), $"{{\"metadata\":{{}},\"weight_map\":{{{string.Join(',', map)}}}}}");

        long[] Stored(string name, long[] shape) => CausalLanguageModel.IsStoredTransposed(configuration, name) ? [shape[1], shape[0]] : shape;
    }

    private static string Pythia(int width, int layers, int heads, int vocabulary) => $$"""
        {"architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu", "hidden_size": {{width}}, "initializer_range": 0.02, "intermediate_size": {{4 * width}},
         "layer_norm_eps": 1e-05, "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": {{heads}}, "num_hidden_layers": {{layers}}, "rotary_emb_base": 10000,
         "rotary_pct": 0.25, "tie_word_embeddings": false, "torch_dtype": "float16", "transformers_version": "4.24.0", "use_cache": true, "use_parallel_residual": true, "vocab_size": {{vocabulary}} }
        """;

    private static string Gpt2(int width, int layers, int heads) => $$"""
        {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
         "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": {{width}}, "n_head": {{heads}}, "n_layer": {{layers}}, "n_positions": 1024, "resid_pdrop": 0.1,
         "summary_activation": null, "summary_first_dropout": 0.1, "summary_proj_to_labels": true, "summary_type": "cls_index", "summary_use_proj": true,
         "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50} }, "vocab_size": 50257}
        """;

    private static string Llama(int width, int layers, int heads, int intermediate, int scale, bool tied) => $$"""
        {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": 128001, "head_dim": {{width / heads}}, "hidden_act": "silu",
         "hidden_size": {{width}}, "initializer_range": 0.02, "intermediate_size": {{intermediate}}, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
         "num_attention_heads": {{heads}}, "num_hidden_layers": {{layers}}, "num_key_value_heads": 8, "pretraining_tp": 1, "rms_norm_eps": 1e-05,
         "rope_scaling": {"factor": {{scale}}.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
         "tie_word_embeddings": {{(tied ? "true" : "false")}}, "torch_dtype": "bfloat16", "transformers_version": "4.45.0.dev0", "use_cache": true, "vocab_size": 128256}
        """;

    private static string Qwen2(int width, int layers, int heads, int keys, int intermediate, int vocabulary, bool tied) => $$"""
        {"architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151643, "hidden_act": "silu", "hidden_size": {{width}}, "initializer_range": 0.02,
         "intermediate_size": {{intermediate}}, "max_position_embeddings": 131072, "max_window_layers": {{layers}}, "model_type": "qwen2", "num_attention_heads": {{heads}},
         "num_hidden_layers": {{layers}}, "num_key_value_heads": {{keys}}, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 131072,
         "tie_word_embeddings": {{(tied ? "true" : "false")}}, "torch_dtype": "bfloat16", "transformers_version": "4.40.1", "use_cache": true, "use_sliding_window": false, "vocab_size": {{vocabulary}} }
        """;
}
