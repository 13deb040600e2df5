using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline;

/// <summary>Run specifications in the store, as canonical JSON under their own digest.</summary>
public static class SpecificationStore
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>The store name of a specification.</summary>
    /// <param name="specification">The specification.</param>
    public static string NameOf(RunSpec specification) =>
        $"specification/{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(specification, Json)))[..40]}.json";

    /// <summary>Stores a specification.</summary>
    /// <param name="store">The store.</param>
    /// <param name="specification">The specification.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Its name.</returns>
    public static async Task<string> PutAsync(IArtifactStore store, RunSpec specification, CancellationToken cancellationToken = default)
    {
        var name = NameOf(specification);
        await store.PutAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, specification, Json, token), cancellationToken);
        return name;
    }

    /// <summary>Reads a specification.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">There is none of that name.</exception>
    public static async Task<RunSpec> GetAsync(IArtifactStore store, string name, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(await store.FetchAsync(name, cancellationToken));
        return await JsonSerializer.DeserializeAsync<RunSpec>(file, Json, cancellationToken)
            ?? throw new ArtifactCorruptException($"The specification '{name}' is empty: submit the run file again.");
    }
}
