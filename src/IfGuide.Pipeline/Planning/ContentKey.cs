using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IfGuide.Pipeline.Planning;

/// <summary>Derives a name from everything that determines a result, so that equal work is found again and changed work is not.</summary>
internal static class ContentKey
{
    private const int Characters = 24;

    /// <summary>The key of a result.</summary>
    /// <param name="what">The kind of result and its version: a change of the computation changes the version.</param>
    /// <param name="inputs">Keys, digests, and settings; settings are written as canonical JSON.</param>
    public static string Of(string what, params ReadOnlySpan<object?> inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(what));
        foreach (var input in inputs)
        {
            hash.AppendData([0]);
            hash.AppendData(input is string text ? Encoding.UTF8.GetBytes(text) : JsonSerializer.SerializeToUtf8Bytes(input, SpecificationStore.Json));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Characters];
    }
}
