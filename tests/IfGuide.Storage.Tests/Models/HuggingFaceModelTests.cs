using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Numerics.Models;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Safetensors;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Models;

public sealed class HuggingFaceModelTests : IDisposable
{
    private const string Matrix = "gpt_neox.layers.1.mlp.dense_h_to_4h.weight";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The tensors of a golden model, as sources that can be changed and written.</summary>
    private static Dictionary<string, TensorSource> Golden(string model)
    {
        using var file = SafetensorsFile.Open(Repository.Goldens($"{model}/model.safetensors"));
        return file.Tensors.Values.ToDictionary(entry => entry.Name, entry => TensorSource.FromMemory<float>(entry.Name, entry.Shape, file.Span<float>(entry.Name).ToArray()));
    }

    /// <summary>Writes a model folder with changed weights.</summary>
    private string Folder(Action<Dictionary<string, TensorSource>>? change = null, string model = "tiny_neox")
    {
        var weights = Golden(model);
        change?.Invoke(weights);
        folder.Write("model.safetensors", SafetensorsBytes.Written(weights.Values));
        File.Copy(Repository.Goldens($"{model}/config.json"), folder.File("config.json"), overwrite: true);
        return folder.Path;
    }

    private static byte[] Weights(string path)
    {
        using var stream = new MemoryStream();
        HuggingFaceModel.Open(path).WriteWeights(stream);
        return stream.ToArray();
    }

    [Theory]
    [InlineData("tiny_neox")]
    [InlineData("tiny_llama")]
    public void Weights_AreThoseOfTheFolder_UnderTransformersNames(string model)
    {
        var written = folder.Write("written.safetensors", Weights(Repository.Goldens(model)));
        using var expected = SafetensorsFile.Open(Repository.Goldens($"{model}/model.safetensors"));
        using var found = SafetensorsFile.Open(written);
        Assert.Equal(expected.Tensors.Keys.Order(StringComparer.Ordinal), found.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("pt", found.Metadata["format"]);
        foreach (var (name, entry) in expected.Tensors)
        {
            Assert.Equal(entry.Shape, found.Entry(name).Shape);
            Assert.Equal(expected.Span<float>(name).ToArray(), found.Span<float>(name).ToArray());
        }
    }

    [Fact]
    public void ASavedFolder_IsReadBack()
    {
        var weights = folder.Write("w", Weights(Repository.Goldens("tiny_neox")));
        var saved = folder.File("saved");
        HuggingFaceModel.Save(saved, Repository.Goldens("tiny_neox/config.json"), weights, Repository.Quickstart("tokenizer.json"));
        HuggingFaceModel.Save(saved, Repository.Goldens("tiny_neox/config.json"), weights, Repository.Quickstart("tokenizer.json")); // over itself
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Directory.GetFileSystemEntries(saved).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(weights), Weights(saved));
        Assert.NotNull(HuggingFaceModel.Open(saved).TokenizerPath);
        using var model = CausalLanguageModel.Create(HuggingFaceModel.Open(saved).Configuration, TensorArchive.Load(Path.Combine(saved, "model.safetensors")));
        Assert.Equal(8, model.TrackedLayers.Count);
    }

    [Fact]
    public void Shards_AreTheSameAsOneFile()
    {
        var whole = Weights(Folder());
        var weights = Golden("tiny_neox");
        var names = weights.Keys.Order(StringComparer.Ordinal).ToList();
        var map = new JsonObject();
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            map[name] = $"model-0000{1 + (index % 2)}-of-00002.safetensors";
        }

        foreach (var shard in map.Select(pair => pair.Value!.GetValue<string>()).Distinct().ToList())
        {
            folder.Write(shard, SafetensorsBytes.Written(names.Where(name => map[name]!.GetValue<string>() == shard).Select(name => weights[name])));
        }

        File.Delete(folder.File("model.safetensors"));
        folder.Write("model.safetensors.index.json", new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        Assert.Equal(whole, Weights(folder.Path));
        File.Delete(folder.File("model-00002-of-00002.safetensors"));
        Assert.Contains("model-00002-of-00002.safetensors", Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"weight_map\":{\"a\":\"../other.safetensors\"}}", "../other.safetensors")]
    [InlineData("{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "/etc/passwd")]
    [InlineData("{\"weight_map\":{\"a\":null}}", "weight_map")]
    [InlineData("{\"weight_map\":{}}", "lack 28 tensors")]
    [InlineData("{\"weight_map\":3}", "weight_map")]
    [InlineData("{}", "weight_map")]
    [InlineData("[]", "weight_map")]
    [InlineData("{", "weight_map")]
    public void AnIndexThatIsNone_IsNamed(string json, string named)
    {
        Folder();
        File.Delete(folder.File("model.safetensors"));
        folder.Write("model.safetensors.index.json", json);
        Assert.Contains(named, Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorInTwoShards_IsNamed()
    {
        Folder();
        File.Move(folder.File("model.safetensors"), folder.File("a.safetensors"));
        File.Copy(folder.File("a.safetensors"), folder.File("b.safetensors"));
        folder.Write("model.safetensors.index.json", "{\"weight_map\":{\"x\":\"a.safetensors\",\"y\":\"b.safetensors\"}}");
        Assert.Contains("b.safetensors", Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AWeightThatIsNotFinite_IsNamed_InEveryType(float bad)
    {
        long[] shape = [128, 32];
        foreach (var (type, bytes) in new (ElementType, byte[])[]
        {
            (ElementType.Float32, Bytes([1, 2, bad])), (ElementType.Float64, Bytes<double>([1, 2, bad])), (ElementType.Float16, Bytes([(Half)1, (Half)2, (Half)bad])),
            (ElementType.BFloat16, Bytes(new float[] { 1, 2, bad }.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray())),
        })
        {
            Folder(weights => weights[Matrix] = new TensorSource(Matrix, type, shape, stream =>
            {
                stream.Write(bytes);
                stream.Write(new byte[(128 * 32 * type.Size()) - bytes.Length]);
            }));
            var failure = Assert.Throws<UserErrorException>(() => Weights(folder.Path));
            Assert.Contains($"'{Matrix}'", failure.Message, StringComparison.Ordinal);
            Assert.Contains("element 2", failure.Message, StringComparison.Ordinal);
        }

        static byte[] Bytes<T>(T[] values)
            where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();
    }

    [Fact]
    public void HalfPrecision_KeepsItsBytes()
    {
        var half = Enumerable.Range(0, 128 * 32).Select(value => (Half)value).ToArray();
        Folder(weights => weights[Matrix] = TensorSource.FromMemory<Half>(Matrix, [128, 32], half));
        using var found = SafetensorsFile.Open(folder.Write("written.safetensors", Weights(folder.Path)));
        Assert.Equal(half, found.Span<Half>(Matrix).ToArray());
    }

    [Fact]
    public void MissingUnexpectedAndMisshapenTensors_AreNamed()
    {
        Assert.Contains(Matrix, Refusal(weights => weights.Remove(Matrix)), StringComparison.Ordinal);
        Assert.Contains("score.weight", Refusal(weights => weights["score.weight"] = TensorSource.FromMemory<float>("score.weight", [1], new float[1])), StringComparison.Ordinal);
        var transposed = Refusal(weights => weights[Matrix] = weights[Matrix] with { Shape = [32, 128] });
        Assert.Contains(Matrix, transposed, StringComparison.Ordinal);
        Assert.Contains("[32, 128]", transposed, StringComparison.Ordinal);
        Assert.Contains("[128, 32]", transposed, StringComparison.Ordinal);
        Assert.Contains("Int32", Refusal(weights => weights[Matrix] = weights[Matrix] with { Type = ElementType.Int32 }), StringComparison.Ordinal);

        string Refusal(Action<Dictionary<string, TensorSource>> change)
        {
            Folder(change);
            return Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message;
        }
    }

    [Fact]
    public void BuffersOfOldCheckpoints_AreLeftOut()
    {
        var expected = Weights(Folder());
        const string name = "gpt_neox.layers.0.attention.masked_bias";
        Assert.Equal(expected, Weights(Folder(weights => weights[name] = TensorSource.FromMemory<float>(name, [], new[] { -1e9f }))));
    }

    [Fact]
    public void DamagedWeights_AreNamed()
    {
        var path = Path.Combine(Folder(), "model.safetensors");
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^1]);
        Assert.Contains(path, Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message, StringComparison.Ordinal);
        BitConverter.TryWriteBytes(whole, 1UL << 60);
        File.WriteAllBytes(path, whole);
        Assert.Contains("1152921504606846976", Assert.Throws<UserErrorException>(() => Weights(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutWeightsOrWithoutItself_IsNamed()
    {
        Folder();
        File.Move(folder.File("model.safetensors"), folder.File("pytorch_model.bin"));
        Assert.Contains("model.safetensors", Assert.Throws<UserErrorException>(() => HuggingFaceModel.Open(folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("config.json"));
        Assert.Contains("config.json", Assert.Throws<UserErrorException>(() => HuggingFaceModel.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("/none", Assert.Throws<UserErrorException>(() => HuggingFaceModel.Open("/none")).Message, StringComparison.Ordinal);
    }
}
