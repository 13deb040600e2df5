using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Planning;

/// <summary>Run specifications in the store, as canonical JSON under their own digest.</summary>
public static class SpecificationStore
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, // so that a setting which a later build adds changes no key while it is unset
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
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
    /// <exception cref="UserErrorException">It comes from a newer build, and this one would not do all that it says.</exception>
    public static async Task<string> PutAsync(IArtifactStore store, RunSpec specification, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.SchemaVersion > RunSpec.NewestSchemaVersion)
        {
            throw new UserErrorException($"Run '{specification.Run}' uses settings of a newer IfGuide (schema version {specification.SchemaVersion}; this silo knows up to {RunSpec.NewestSchemaVersion}). Upgrade the silos first, or submit the run with the older ifguide.");
        }

        var name = NameOf(specification);
        await store.PutAsync(name, (stream, token) => JsonSerializer.SerializeAsync(stream, specification, Json, token), cancellationToken);
        return name;
    }

    /// <summary>Reads a specification.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArtifactNotFoundException">There is none of that name.</exception>
    /// <exception cref="OtherBuildException">A newer build wrote it.</exception>
    public static async Task<RunSpec> GetAsync(IArtifactStore store, string name, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(await store.FetchAsync(name, cancellationToken));
        try
        {
            var specification = await JsonSerializer.DeserializeAsync<RunSpec>(file, Json, cancellationToken)
                ?? throw new ArtifactCorruptException($"The specification '{name}' is empty: submit the run file again.");
            OtherBuildException.RefuseNewer($"The specification '{name}'", specification.SchemaVersion, RunSpec.NewestSchemaVersion);
            return specification;
        }
        catch (JsonException exception)
        {
            throw new OtherBuildException($"The specification '{name}' holds something that this build does not know: {exception.Message} A newer IfGuide wrote it; upgrade this program.");
        }
    }
}
