using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using IfGuide.Abstractions;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Models;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Models;

public sealed class HuggingFaceConfigurationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static JsonObject Golden(string model) => JsonNode.Parse(File.ReadAllText(Repository.Goldens($"{model}/config.json")))!.AsObject();

    private TransformerConfiguration Read(JsonObject json) => HuggingFaceConfiguration.Read(folder.Write("config.json", json.ToJsonString()));

    [Fact]
    public void GptNeoX_IsReadAsItIsWritten()
    {
        var configuration = HuggingFaceConfiguration.Read(Repository.Goldens("tiny_neox/config.json"));
        Assert.Equal(new TransformerConfiguration
        {
            Family = ModelFamily.GptNeoX, VocabularySize = 97, HiddenSize = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 16, IntermediateSize = 128,
            NormalisationEpsilon = 1e-5, RotaryFraction = 0.25, RotaryBase = 10000, ParallelResidual = true, AttentionBias = true, TieEmbeddings = false, MaximumPositions = 24, InitializerRange = 0.02,
        }, configuration);
    }

    [Fact]
    public void Llama_IsReadAsItIsWritten()
    {
        var configuration = HuggingFaceConfiguration.Read(Repository.Goldens("tiny_llama/config.json"));
        Assert.Equal(new TransformerConfiguration
        {
            Family = ModelFamily.Llama, VocabularySize = 97, HiddenSize = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, IntermediateSize = 80,
            NormalisationEpsilon = 1e-5, RotaryFraction = 1, RotaryBase = 10000, AttentionBias = false, TieEmbeddings = false, MaximumPositions = 24, InitializerRange = 0.02,
        }, configuration);
    }

    [Theory]
    [InlineData("rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}")]
    [InlineData("rope_scaling", "{\"type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}")]
    [InlineData("rope_parameters", "{\"rope_theta\":500000.0,\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}")]
    public void Llama3Scaling_IsReadUnderItsOlderAndNewerKeys(string key, string json)
    {
        var golden = Golden("tiny_llama");
        golden["rope_theta"] = 500000.0;
        golden[key] = JsonNode.Parse(json);
        var configuration = Read(golden);
        Assert.Equal(new RopeScaling(8, 1, 4, 8192), configuration.RopeScaling);
        Assert.Equal(500000, configuration.RotaryBase);
    }

    [Theory]
    [InlineData("tiny_neox", "attention_dropout", "0.1")]
    [InlineData("tiny_neox", "use_cache", "true")]
    [InlineData("tiny_neox", "rope_scaling", "null")]
    [InlineData("tiny_neox", "something_new", "{\"a\":[1]}")]
    [InlineData("tiny_llama", "pretraining_tp", "1")]
    [InlineData("tiny_llama", "sliding_window", "4096")] // transformers' Llama has no such window
    [InlineData("tiny_llama", "rope_scaling", "{\"rope_type\":\"default\"}")]
    [InlineData("tiny_llama", "quantization_config", "null")]
    public void KeysThatChangeNoMathematics_AreIgnored(string model, string key, string json)
    {
        var golden = Golden(model);
        golden[key] = JsonNode.Parse(json);
        Assert.Equal(HuggingFaceConfiguration.Read(Repository.Goldens($"{model}/config.json")), Read(golden));
    }

    [Theory]
    [InlineData("tiny_neox", "model_type", "\"opt\"")]
    [InlineData("tiny_neox", "hidden_act", "\"gelu_fast\"")]
    [InlineData("tiny_neox", "hidden_act", "\"relu\"")]
    [InlineData("tiny_neox", "quantization_config", "{\"bits\":4}")]
    [InlineData("tiny_neox", "rope_scaling", "{\"type\":\"linear\",\"factor\":2.0}")]
    [InlineData("tiny_neox", "rope_parameters", "{\"rope_type\":\"yarn\",\"factor\":2.0}")]
    [InlineData("tiny_neox", "hidden_size", "0")]
    [InlineData("tiny_neox", "hidden_size", "\"32\"")]
    [InlineData("tiny_neox", "num_hidden_layers", "-1")]
    [InlineData("tiny_neox", "num_hidden_layers", "99999999999")]
    [InlineData("tiny_neox", "num_attention_heads", "5")]
    [InlineData("tiny_neox", "num_attention_heads", "64")]
    [InlineData("tiny_neox", "use_parallel_residual", "\"yes\"")]
    [InlineData("tiny_neox", "layer_norm_eps", "\"1e-5\"")]
    [InlineData("tiny_neox", "rotary_pct", "0.2")]
    [InlineData("tiny_neox", "rotary_pct", "2")]
    [InlineData("tiny_llama", "hidden_act", "\"gelu\"")]
    [InlineData("tiny_llama", "mlp_bias", "true")]
    [InlineData("tiny_llama", "partial_rotary_factor", "0.5")]
    [InlineData("tiny_llama", "rope_parameters", "{\"partial_rotary_factor\":0.5}")]
    [InlineData("tiny_llama", "num_key_value_heads", "3")]
    [InlineData("tiny_llama", "rope_scaling", "{\"rope_type\":\"dynamic\",\"factor\":2.0}")]
    [InlineData("tiny_llama", "rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":2.0}")]
    [InlineData("tiny_llama", "rope_scaling", "[1]")]
    public void WhatIsNotSupportedOrImpossible_IsRefusedByName(string model, string key, string json)
    {
        var golden = Golden(model);
        golden[key] = JsonNode.Parse(json);
        var failure = Assert.Throws<UserErrorException>(() => Read(golden));
        Assert.Contains(folder.File("config.json"), failure.Message, StringComparison.Ordinal);
        var named = key switch { "num_attention_heads" => "head", "rotary_pct" => "rotary", "num_key_value_heads" => "key and value heads", _ => key };
        Assert.True(failure.Message.Contains(named, StringComparison.OrdinalIgnoreCase) || failure.Message.Contains("partial_rotary_factor", StringComparison.Ordinal) || failure.Message.Contains("low_freq_factor", StringComparison.Ordinal), failure.Message);
    }

    [Theory]
    [InlineData("vocab_size")]
    [InlineData("hidden_size")]
    [InlineData("model_type")]
    [InlineData("num_attention_heads")]
    [InlineData("num_hidden_layers")]
    [InlineData("intermediate_size")]
    public void AMissingKey_IsNamed(string key)
    {
        var golden = Golden("tiny_neox");
        golden.Remove(key);
        Assert.Contains(key, Assert.Throws<UserErrorException>(() => Read(golden)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"\\ud800antization_config\": 1}")] // half a surrogate pair in a key as long as one that is looked for
    public void OtherFiles_AreTheUsersMistake(string content) =>
        Assert.Throws<UserErrorException>(() => HuggingFaceConfiguration.Read(folder.Write("config.json", content)));

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void WhatIsWritten_HasTheKeysOfTransformers_AndIsReadBack(string model)
    {
        var configuration = HuggingFaceConfiguration.Read(Repository.Goldens($"{model}/config.json"));
        using var stream = new MemoryStream();
        HuggingFaceConfiguration.Write(stream, configuration, endOfTextToken: 0);
        var written = JsonNode.Parse(stream.ToArray())!.AsObject();
        foreach (var (key, value) in Golden(model).Where(pair => !pair.Key.EndsWith("_dropout", StringComparison.Ordinal)))
        {
            Assert.True(written.ContainsKey(key), key);
            Assert.True(Same(value, written[key]), $"{key}: {written[key]?.ToJsonString()}");
        }

        Assert.Equal(configuration, Read(written));
    }

    [Fact]
    public void Scaling_IsReadBack()
    {
        var configuration = HuggingFaceConfiguration.Read(Repository.Goldens("tiny_llama/config.json")) with { RopeScaling = new RopeScaling(8, 1, 4, 8192), TieEmbeddings = true };
        using var stream = new MemoryStream();
        HuggingFaceConfiguration.Write(stream, configuration, endOfTextToken: 5);
        Assert.Equal(configuration, Read(JsonNode.Parse(stream.ToArray())!.AsObject()));
    }

    [Fact]
    public void MutatedFiles_AreReadOrAreTheUsersMistake()
    {
        var original = Encoding.UTF8.GetBytes(Golden("tiny_llama").ToJsonString());
        Mutations.Of(original).Sample(bytes => Mutations.Expect<UserErrorException>(() => HuggingFaceConfiguration.Read(folder.Write("config.json", bytes))), iter: 2000, threads: 1);
    }

    private static bool Same(JsonNode? expected, JsonNode? found) => JsonNode.DeepEquals(expected, found)
        || (expected is JsonValue && found is JsonValue && expected.GetValueKind() == System.Text.Json.JsonValueKind.Number && expected.GetValue<double>() == found.GetValue<double>());
}
