using IfGuide.Abstractions;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Models;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Models;

/// <summary>Models of the sizes that people have, by their published configurations and without their weights.</summary>
public sealed class PublishedModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. PublishedModels.Names];

    public void Dispose() => folder.Dispose();

    [Theory, MemberData(nameof(Names))]
    public void AModel_HasAsManyParametersAsItsMakersCount(string name) =>
        Assert.Equal(PublishedModels.Parameters(name), CausalLanguageModel.WeightShapes(Read(name)).Values.Sum(shape => shape.Aggregate((product, size) => product * size)));

    [Theory, MemberData(nameof(Names))]
    public void ItsConfiguration_IsReadBackAsItWasWritten(string name)
    {
        var configuration = Read(name);
        using var stream = new MemoryStream();
        HuggingFaceConfiguration.Write(stream, configuration, endOfTextToken: 0);
        Assert.Equal(configuration, HuggingFaceConfiguration.Read(folder.Write("written.json", stream.ToArray())));
    }

    /// <summary>The names that transformers gives to the tensors of a layer.</summary>
    [Theory]
    [InlineData("pythia-12b", 36, "gpt_neox.layers.{0}.", "input_layernorm.weight input_layernorm.bias post_attention_layernorm.weight post_attention_layernorm.bias attention.query_key_value.weight attention.query_key_value.bias attention.dense.weight attention.dense.bias mlp.dense_h_to_4h.weight mlp.dense_h_to_4h.bias mlp.dense_4h_to_h.weight mlp.dense_4h_to_h.bias", "gpt_neox.embed_in.weight gpt_neox.final_layer_norm.weight gpt_neox.final_layer_norm.bias embed_out.weight")]
    [InlineData("gpt2-xl", 48, "transformer.h.{0}.", "ln_1.weight ln_1.bias attn.c_attn.weight attn.c_attn.bias attn.c_proj.weight attn.c_proj.bias ln_2.weight ln_2.bias mlp.c_fc.weight mlp.c_fc.bias mlp.c_proj.weight mlp.c_proj.bias", "transformer.wte.weight transformer.wpe.weight transformer.ln_f.weight transformer.ln_f.bias")]
    [InlineData("Llama-3.1-70B", 80, "model.layers.{0}.", "self_attn.q_proj.weight self_attn.k_proj.weight self_attn.v_proj.weight self_attn.o_proj.weight mlp.gate_proj.weight mlp.up_proj.weight mlp.down_proj.weight input_layernorm.weight post_attention_layernorm.weight", "model.embed_tokens.weight model.norm.weight lm_head.weight")]
    [InlineData("Llama-3.2-1B", 16, "model.layers.{0}.", "self_attn.q_proj.weight self_attn.k_proj.weight self_attn.v_proj.weight self_attn.o_proj.weight mlp.gate_proj.weight mlp.up_proj.weight mlp.down_proj.weight input_layernorm.weight post_attention_layernorm.weight", "model.embed_tokens.weight model.norm.weight")]
    [InlineData("Qwen2-0.5B", 24, "model.layers.{0}.", "self_attn.q_proj.weight self_attn.q_proj.bias self_attn.k_proj.weight self_attn.k_proj.bias self_attn.v_proj.weight self_attn.v_proj.bias self_attn.o_proj.weight mlp.gate_proj.weight mlp.up_proj.weight mlp.down_proj.weight input_layernorm.weight post_attention_layernorm.weight", "model.embed_tokens.weight model.norm.weight")]
    public void ItsTensors_HaveTheNamesOfTransformers(string name, int layers, string prefix, string ofLayer, string others)
    {
        var expected = Enumerable.Range(0, layers).SelectMany(layer => ofLayer.Split(' ').Select(tensor => string.Format(System.Globalization.CultureInfo.InvariantCulture, prefix, layer) + tensor)).Concat(others.Split(' '));
        Assert.Equal(expected.Order(StringComparer.Ordinal), CausalLanguageModel.WeightShapes(Read(name)).Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>The heads of files of up to 141 GB are checked without reading or allocating what they hold.</summary>
    [Theory]
    [InlineData("pythia-12b")]
    [InlineData("gpt2-xl")]
    [InlineData("Llama-3.1-70B")]
    public void ShardsOfItsSize_AreCheckedByTheirHeads(string name)
    {
        PublishedModels.WriteShards(folder.Path, Read(name), shards: 5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        HuggingFaceModel.Open(folder.Path).CheckWeights();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        using (var last = File.OpenWrite(folder.File("model-00005-of-00005.safetensors")))
        {
            last.SetLength(last.Length - 1);
        }

        Assert.Contains("model-00005-of-00005.safetensors", Assert.Throws<UserErrorException>(HuggingFaceModel.Open(folder.Path).CheckWeights).Message, StringComparison.Ordinal);
    }

    private TransformerConfiguration Read(string name) => HuggingFaceConfiguration.Read(folder.Write("config.json", PublishedModels.Configuration(name)));
}
