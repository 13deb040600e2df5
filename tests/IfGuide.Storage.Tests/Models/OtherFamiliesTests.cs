using System.Text.Json.Nodes;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Safetensors;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Models;

/// <summary>Folders of GPT-2, Mistral and Qwen2 as transformers writes them.</summary>
public sealed class OtherFamiliesTests : IDisposable
{
    private const string Gpt2 = """
        { "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new", "attn_pdrop": 0.1, "n_ctx": 16, "n_embd": 8, "n_head": 2,
          "n_layer": 1, "n_positions": 16, "vocab_size": 11, "layer_norm_epsilon": 1e-05, "summary_type": "cls_index", "task_specific_params": { "text-generation": { "max_length": 50 } } }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Gpt2_IsReadAsOpenAiPublishedIt()
    {
        var configuration = Read(Gpt2);
        Assert.Equal(new TransformerConfiguration
        {
            Family = ModelFamily.Gpt2, VocabularySize = 11, HiddenSize = 8, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 4, IntermediateSize = 32,
            NormalisationEpsilon = 1e-5, AttentionBias = true, TieEmbeddings = true, MaximumPositions = 16, InitializerRange = 0.02,
        }, configuration);
    }

    [Theory]
    [InlineData("activation_function", "\"relu\"")]
    [InlineData("scale_attn_weights", "false")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true")]
    [InlineData("add_cross_attention", "true")]
    public void Gpt2Features_ThatChangeTheMathematics_AreRefusedByName(string key, string value)
    {
        var json = JsonNode.Parse(Gpt2)!.AsObject();
        json[key] = JsonNode.Parse(value);
        Assert.Contains(key, Assert.Throws<IfGuide.Abstractions.UserErrorException>(() => Read(json.ToJsonString())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelFamily.Mistral)]
    [InlineData(ModelFamily.Qwen2)]
    [InlineData(ModelFamily.Gpt2)]
    public void AConfiguration_IsReadBackAsItWasWritten(ModelFamily family)
    {
        var configuration = new TransformerConfiguration
        {
            Family = family, VocabularySize = 97, HiddenSize = 32, LayerCount = 3, HeadCount = 4, KeyValueHeadCount = family == ModelFamily.Gpt2 ? 4 : 2, HeadSize = 8, IntermediateSize = 80,
            NormalisationEpsilon = 1e-5, AttentionBias = family != ModelFamily.Mistral, TieEmbeddings = true, MaximumPositions = 64, InitializerRange = 0.03,
        };
        using var stream = File.Create(folder.File("config.json"));
        HuggingFaceConfiguration.Write(stream, configuration, endOfTextToken: 5);
        stream.Close();
        Assert.Equal(configuration, HuggingFaceConfiguration.Read(folder.File("config.json")));
    }

    [Theory]
    [InlineData("mistral", "\"sliding_window\": 32", 32)]
    [InlineData("mistral", "\"sliding_window\": null", 64)]
    [InlineData("mistral", "\"sliding_window\": 4096", 64)]
    [InlineData("qwen2", "\"sliding_window\": 32, \"use_sliding_window\": false", 64)]
    [InlineData("qwen2", "\"sliding_window\": 32, \"use_sliding_window\": true", 32)]
    public void ASlidingWindow_BoundsThePositions(string type, string window, long positions)
    {
        var configuration = Read($$"""
            { "model_type": "{{type}}", "vocab_size": 97, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2,
              "intermediate_size": 80, "max_position_embeddings": 64, "hidden_act": "silu", {{window}} }
            """);
        Assert.Equal(positions, configuration.MaximumPositions);
        Assert.Equal(type == "qwen2", configuration.AttentionBias);
        Assert.False(configuration.AttentionOutputBias);
    }

    /// <summary>OpenAI's checkpoints leave out the prefix and carry causal masks; transformers' own have the prefix. Both hold projections as [in, out].</summary>
    [Theory]
    [InlineData("")]
    [InlineData("transformer.")]
    public void Gpt2Weights_AreTurned_WhenReadAndWhenSaved(string prefix)
    {
        var shapes = CausalLanguageModel.WeightShapes(Read(Gpt2));
        var stored = shapes.Select(weight => Source(prefix + weight.Key["transformer.".Length..], weight.Value, weight.Key)).ToList();
        stored.Add(TensorSource.FromMemory<float>($"{prefix}h.0.attn.bias", [1, 1, 16, 16], new float[256]));
        folder.Write("model.safetensors", SafetensorsBytes.Written(stored));
        using var stream = new MemoryStream();
        HuggingFaceModel.Open(folder.Path).WriteWeights(stream);
        var used = folder.Write("used.safetensors", stream.ToArray());
        using (var file = SafetensorsFile.Open(used))
        {
            Assert.Equal(shapes.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
            var attention = file.Span<float>("transformer.h.0.attn.c_attn.weight");
            Assert.Equal([24, 8], file.Entry("transformer.h.0.attn.c_attn.weight").Shape);
            Assert.Equal(StoredValue("transformer.h.0.attn.c_attn.weight", row: 5, column: 17, columns: 24), attention[17 * 8 + 5]);
        }

        HuggingFaceModel.Save(folder.File("saved"), folder.File("config.json"), used, tokenizerPath: null);
        using var saved = SafetensorsFile.Open(folder.File("saved/model.safetensors"));
        using var original = SafetensorsFile.Open(folder.File("model.safetensors"));
        foreach (var name in shapes.Keys)
        {
            var before = prefix + name["transformer.".Length..];
            Assert.Equal(original.Entry(before).Shape, saved.Entry(name).Shape);
            Assert.Equal(original.Span<float>(before).ToArray(), saved.Span<float>(name).ToArray());
        }
    }

    private static TensorSource Source(string name, long[] shape, string canonical)
    {
        long[] stored = CausalLanguageModel.IsStoredTransposed(new TransformerConfiguration
        {
            Family = ModelFamily.Gpt2, VocabularySize = 1, HiddenSize = 1, LayerCount = 1, HeadCount = 1, KeyValueHeadCount = 1, HeadSize = 1, IntermediateSize = 1, MaximumPositions = 1,
        }, canonical) ? [shape[1], shape[0]] : shape;
        var columns = stored[^1];
        var elements = Enumerable.Range(0, (int)stored.Aggregate(1L, (product, size) => product * size)).Select(i => StoredValue(canonical, i / columns, i % columns, columns)).ToArray();
        return TensorSource.FromMemory<float>(name, stored, elements);
    }

    private static float StoredValue(string name, long row, long column, long columns) => name.Length + row * columns + column;

    private TransformerConfiguration Read(string json) => HuggingFaceConfiguration.Read(folder.Write("config.json", json));
}
