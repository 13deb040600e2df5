using System.Globalization;
using System.Text.Json;
using IfGuide.Cli.Outputs;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Cli.Exports;

/// <summary>Exports factors as a folder of safetensors keyed by Hugging Face module name (CONTRACT section 4).</summary>
internal static class FactorExport
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Kinds of matrices in an input group's basis; those of the activations are shared by the group's layers and stand under each.</summary>
    private static readonly string[] BasisKinds =
        ["activation_covariance", "activation_eigenvalues", "activation_eigenvectors", "gradient_covariance", "gradient_eigenvalues", "gradient_eigenvectors"];

    public static Task WriteAsync(RunArtifacts run, string path, CancellationToken cancellationToken) => OutputFile.WriteFolderAsync(path, async folder =>
    {
        using var opened = new OpenedFiles(run);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var layers = new List<string>();
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var direction = await opened.OpenAsync(run.Names.Behaviours[0].Direction(group), "preconditioned query gradients", cancellationToken);
            layers.AddRange(direction.Tensors.Keys.Select(Layer));
        }

        if (run.Names.HasEigenbasis)
        {
            await WriteBasisAsync(run, opened, folder, counts, cancellationToken);
        }

        if (run.Names.HasLambda)
        {
            await WriteLambdaAsync(run, opened, folder, layers, counts, cancellationToken);
        }

        foreach (var behaviour in run.Names.Behaviours)
        {
            await WriteBehaviourAsync(run, behaviour, opened, folder, layers, counts, cancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "counts.json"), JsonSerializer.Serialize(counts, Indented) + "\n", cancellationToken);
    });

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Query gradients, and what the curvature makes of their contrast: <c>query_toxic</c>, or <c>query_NAME_toxic</c> for a named behaviour, and so on.</summary>
    private static async Task WriteBehaviourAsync(
        RunArtifacts run, BehaviourNames behaviour, OpenedFiles opened, string folder, List<string> layers, SortedDictionary<string, long> counts, CancellationToken cancellationToken)
    {
        var infix = behaviour.Name is null ? string.Empty : $"{behaviour.Name}_";
        foreach (var (name, queries) in new[] { ($"query_{infix}toxic", behaviour.Queries.Toxic), ($"query_{infix}nontoxic", behaviour.Queries.Nontoxic) })
        {
            var file = await opened.OpenAsync(run.Names.QueryGradient(queries), "query gradients", cancellationToken);
            Write(folder, name, layers.Select(layer => Copy(file, $"query/{layer}", layer)));
            counts[name + "_sequences"] = Count(file, "sequences");
            counts[name + "_loss_tokens"] = Count(file, "loss_tokens");
        }

        var directions = new List<TensorSource>();
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var file = await opened.OpenAsync(behaviour.Direction(group), "preconditioned query gradients", cancellationToken);
            directions.AddRange(file.Tensors.Keys.Select(name => Copy(file, name, Layer(name))));
        }

        Write(folder, behaviour.Name is null ? "preconditioned" : $"preconditioned_{behaviour.Name}", directions);
    }

    private static async Task WriteBasisAsync(RunArtifacts run, OpenedFiles opened, string folder, SortedDictionary<string, long> counts, CancellationToken cancellationToken)
    {
        var kinds = BasisKinds.ToDictionary(kind => kind, _ => new List<TensorSource>());
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var basis = await opened.OpenAsync(run.Names.Eigenbasis(group), "factors", cancellationToken);
            counts["attended_tokens"] = Count(basis, "attended_tokens");
            foreach (var layer in basis.Metadata["layers"].Split(' '))
            {
                foreach (var kind in BasisKinds)
                {
                    var owner = kind.StartsWith("activation", StringComparison.Ordinal) ? group : layer;
                    kinds[kind].Add(Copy(basis, $"{kind}/{owner}", layer));
                }
            }
        }

        foreach (var (kind, tensors) in kinds)
        {
            Write(folder, kind, tensors);
        }
    }

    private static async Task WriteLambdaAsync(RunArtifacts run, OpenedFiles opened, string folder, List<string> layers, SortedDictionary<string, long> counts, CancellationToken cancellationToken)
    {
        var shards = new List<SafetensorsFile>();
        for (var shard = 0; shard < run.Inputs.Shards; shard++)
        {
            shards.Add(await opened.OpenAsync(run.Names.Lambda(shard), "lambda sums", cancellationToken));
        }

        counts["lambda_sequences"] = shards.Sum(shard => Count(shard, "sequences"));
        Write(folder, "lambda", layers.Select(layer => new TensorSource(
            layer,
            ElementType.Float32,
            shards[0].Entry($"lambda/{layer}").Shape,
            stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Sum(shards, $"lambda/{layer}"))))));
    }

    /// <summary>Adds the shards' sums in shard order, in float64, as the run itself does.</summary>
    private static float[] Sum(List<SafetensorsFile> shards, string name)
    {
        var total = new double[shards[0].Span<float>(name).Length];
        foreach (var shard in shards)
        {
            var part = shard.Span<float>(name);
            for (var i = 0; i < part.Length; i++)
            {
                total[i] += part[i];
            }
        }

        return Array.ConvertAll(total, value => (float)value);
    }

    private static TensorSource Copy(SafetensorsFile file, string name, string newName)
    {
        var entry = file.Entry(name);
        return new TensorSource(newName, entry.Type, entry.Shape, stream => file.ForEachPiece(name, PieceBytes, (_, bytes) => stream.Write(bytes)));
    }

    private static void Write(string folder, string kind, IEnumerable<TensorSource> tensors)
    {
        using var stream = File.Create(Path.Combine(folder, kind + ".safetensors"));
        SafetensorsWriter.Write(stream, tensors);
    }

    private static string Layer(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static long Count(SafetensorsFile file, string name) => long.Parse(file.Metadata[name], CultureInfo.InvariantCulture);

    /// <summary>Files that stay mapped until the folder is written.</summary>
    private sealed class OpenedFiles(RunArtifacts run) : IDisposable
    {
        private readonly Dictionary<string, SafetensorsFile> files = [];

        public async Task<SafetensorsFile> OpenAsync(string name, string what, CancellationToken cancellationToken) =>
            files.TryGetValue(name, out var file) ? file : files[name] = SafetensorsFile.Open(await run.FetchAsync(name, what, cancellationToken));

        public void Dispose()
        {
            foreach (var file in files.Values)
            {
                file.Dispose();
            }
        }
    }
}
