using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Grains.Messages;
using IfGuide.Storage.Artifacts;
using Orleans.Storage;

namespace IfGuide.Grains.Records;

/// <summary>Grain state as JSON records of the store: <c>{state name}/{grain key}.json</c>, the record's tag being the ETag.</summary>
/// <param name="records">The store's records.</param>
public sealed class RecordGrainStorage(IRecordStore records) : IGrainStorage
{
    /// <summary>The provider's name.</summary>
    public const string Name = "ifguide";

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var record = await records.ReadAsync(NameOf(stateName, grainId));
        grainState.State = record is null
            ? Activator.CreateInstance<T>()
            : RecordJson.Read<T>(NameOf(stateName, grainId), record.Bytes);
        grainState.RecordExists = record is not null;
        grainState.ETag = record?.Tag;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(grainState.State, RecordJson.Options);
        var tag = await records.WriteAsync(NameOf(stateName, grainId), bytes, grainState.ETag);
        grainState.ETag = tag ?? throw Changed(stateName, grainId, grainState.ETag);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (grainState.ETag is { } tag && !await records.DeleteAsync(NameOf(stateName, grainId), tag))
        {
            throw Changed(stateName, grainId, tag);
        }

        grainState.State = Activator.CreateInstance<T>();
        grainState.RecordExists = false;
        grainState.ETag = null;
    }

    /// <remarks>A grain's key may come from anybody who can call the cluster: one segment of a name is all that it can be.</remarks>
    private static string NameOf(string stateName, GrainId grainId)
    {
        var key = grainId.Key.ToString();
        if (key is null || !ArtifactName.IsName(key) || key.Contains('/', StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"'{key?.Shorten(100, "…")}' is not a run id: use 1 to 63 characters of a-z, 0-9 and '-', the first a letter or a digit.");
        }

        return $"{stateName}/{key}.json";
    }

    private static InconsistentStateException Changed(string stateName, GrainId grainId, string? tag) =>
        new(
            $"The record {NameOf(stateName, grainId)} has changed since it was read: another activation or process writes it.",
            "unknown",
            tag ?? "none");
}
