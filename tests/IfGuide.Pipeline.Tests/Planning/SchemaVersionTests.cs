using System.Text;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;
using IfGuide.Tests.Shared;
using MessagePack;

namespace IfGuide.Pipeline.Tests.Planning;

/// <summary>What an older build wrote is read; what a newer one wrote is refused with a message that says so.</summary>
public sealed class SchemaVersionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalArtifactStore store;

    public SchemaVersionTests() => store = new LocalArtifactStore(folder.Path);

    [Fact]
    public async Task Manifest_OfANewerBuild_IsRefused()
    {
        var (_, inputs) = FixedRun.Create();
        await PutAsync("prepare/a/inputs.msgpack", MessagePackSerializer.Serialize(inputs with { SchemaVersion = PreparedInputs.NewestSchemaVersion + 1 }));
        var refusal = await Assert.ThrowsAsync<OtherBuildException>(() => PreparedInputs.LoadAsync(store, "prepare/a/inputs.msgpack"));
        Assert.Equal("The manifest 'prepare/a/inputs.msgpack' was written by a newer IfGuide: its schema version is 3, and this build reads up to 2. Upgrade this program; silos are upgraded before the clients that use something new.", refusal.Message);
    }

    [Fact]
    public async Task Manifest_OfTheFirstBuild_WithoutLaterFields_IsRead()
    {
        var (_, inputs) = FixedRun.Create();
        await PutAsync("prepare/a/inputs.msgpack", WithoutFieldsFrom(14, inputs));
        var read = await PreparedInputs.LoadAsync(store, "prepare/a/inputs.msgpack");
        Assert.Equal((inputs.CorpusKey, inputs.Sequences, null, 1), (read.CorpusKey, read.Sequences, read.Labels, read.SchemaVersion));
    }

    [Theory]
    [InlineData("\"SchemaVersion\":1", "\"SchemaVersion\":9", "its schema version is 9")]
    [InlineData("\"Seed\":", "\"Temperature\":0.5,\"Seed\":", "Temperature")]
    public async Task Specification_OfANewerBuild_IsRefused(string known, string newer, string named)
    {
        var (specification, _) = FixedRun.Create();
        var json = await File.ReadAllTextAsync(await store.FetchAsync(await SpecificationStore.PutAsync(store, specification)));
        Assert.Contains(known, json, StringComparison.Ordinal);
        await PutAsync("specification/newer.json", Encoding.UTF8.GetBytes(json.Replace(known, newer, StringComparison.Ordinal)));
        var refusal = await Assert.ThrowsAsync<OtherBuildException>(() => SpecificationStore.GetAsync(store, "specification/newer.json"));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer IfGuide", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Specification_OfANewerClient_IsNotTaken()
    {
        var (specification, _) = FixedRun.Create();
        var refusal = await Assert.ThrowsAsync<UserErrorException>(() => SpecificationStore.PutAsync(store, specification with { SchemaVersion = RunSpec.NewestSchemaVersion + 1 }));
        Assert.Contains("Upgrade the silos first", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Specification_OfAnOlderBuild_WithoutLaterSettings_IsRead()
    {
        var (specification, _) = FixedRun.Create();
        var json = await File.ReadAllTextAsync(await store.FetchAsync(await SpecificationStore.PutAsync(store, specification)));
        Assert.DoesNotContain("\"Tokenizer\"", json, StringComparison.Ordinal); // what is unset is not written, so that a setting of a later build changes no name while it is unset
        await PutAsync("specification/older.json", Encoding.UTF8.GetBytes(json.Replace(",\"SchemaVersion\":1", string.Empty, StringComparison.Ordinal)));
        Assert.Equivalent(specification, await SpecificationStore.GetAsync(store, "specification/older.json"), strict: true);
    }

    [Fact]
    public async Task Unit_ThatAnotherBuildPlannedUnderAnotherKey_IsNotComputed()
    {
        var specification = TinyRun.Create(folder.Path);
        using var executor = new UnitExecutor(store, "cpu");
        var specificationName = await SpecificationStore.PutAsync(store, specification);
        var inputsName = executor.Execute(RunPlan.Preparation(specification, specificationName));
        var unit = RunPlan.Create(specification, specificationName, await PreparedInputs.LoadAsync(store, inputsName), inputsName)[0].Units.First();
        var planned = unit with { Artifact = "train/ffffffffffffffffffffffff/model.safetensors" };
        var refusal = Assert.Throws<OtherBuildException>(() => executor.Execute(planned));
        Assert.Contains(unit.Artifact, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await store.FindAsync(planned.Artifact));
    }

    public void Dispose() => folder.Dispose();

    private Task<ArtifactDescription> PutAsync(string name, byte[] bytes) => store.PutAsync(name, (stream, token) => stream.WriteAsync(bytes, token).AsTask());

    private static byte[] WithoutFieldsFrom(int count, PreparedInputs inputs)
    {
        var reader = new MessagePackReader(MessagePackSerializer.Serialize(inputs));
        reader.ReadArrayHeader();
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(count);
        for (var i = 0; i < count; i++)
        {
            writer.WriteRaw(reader.ReadRaw());
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
