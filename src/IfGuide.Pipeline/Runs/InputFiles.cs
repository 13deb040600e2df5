using System.Security.Cryptography;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Planning;

namespace IfGuide.Pipeline.Runs;

/// <summary>The user's files: their digests, and copies in the store under them.</summary>
internal sealed class InputFiles(BlockingStore store)
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of a file, read once.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public string Digest(string path)
    {
        if (!digests.TryGetValue(path, out var digest))
        {
            try
            {
                using var stream = File.OpenRead(path);
                digests.Add(path, digest = Convert.ToHexStringLower(SHA256.HashData(stream)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"'{path}' cannot be read: {exception.Message} Correct the path or its permissions.", exception);
            }
        }

        return digest;
    }

    public string[] Digest(IEnumerable<string> paths) => [.. paths.Select(Digest)];

    public string?[] Digest(PretokenisedSpec arrays) =>
        [Digest(arrays.InputIds), arrays.Labels is null ? null : Digest(arrays.Labels), arrays.AttentionMask is null ? null : Digest(arrays.AttentionMask)];

    /// <summary>Copies a file into the store under its digest; returns its name there.</summary>
    public string Put(string path, string kind, string fileName)
    {
        var name = $"prepare/{ContentKey.Of(kind, Digest(path))}/{fileName}";
        if (!store.Exists(name))
        {
            store.Put(name, stream =>
            {
                using var file = File.OpenRead(path);
                file.CopyTo(stream);
            });
        }

        return name;
    }
}
