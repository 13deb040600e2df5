using System.Globalization;
using System.Runtime.InteropServices;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Pipeline.Results;

/// <summary>Finds the factors of a run in its artifacts and sorts them by kind and Hugging Face module name (CONTRACT section 4).</summary>
internal sealed class FactorReader : IDisposable
{
    private const int PieceBytes = 1 << 20;
    private const string Directions = "preconditioned query gradients";

    /// <summary>Kinds of matrices in an input group's basis; those of the activations are shared by the group's layers and stand under each.</summary>
    private static readonly string[] BasisKinds =
    [
        "activation_covariance", "activation_eigenvalues", "activation_eigenvectors",
        "gradient_covariance", "gradient_eigenvalues", "gradient_eigenvectors",
    ];

    private readonly RunArtifacts run;
    private readonly CancellationToken cancellationToken;
    private readonly Dictionary<string, SafetensorsFile> files = []; // mapped until the factors are disposed
    private readonly RunFactors factors;
    private readonly List<string> layers = [];

    private FactorReader(RunArtifacts run, CancellationToken cancellationToken)
    {
        this.run = run;
        this.cancellationToken = cancellationToken;
        factors = new RunFactors(this);
    }

    /// <summary>Opens every factor of a run.</summary>
    public static async Task<RunFactors> ReadAsync(RunArtifacts run, CancellationToken cancellationToken)
    {
        var reader = new FactorReader(run, cancellationToken);
        try
        {
            await reader.ReadAsync();
            return reader.factors;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Dispose();
        }
    }

    private async Task ReadAsync()
    {
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var direction = await OpenAsync(run.Names.Behaviours[0].Direction(group), Directions);
            layers.AddRange(direction.Tensors.Keys.Select(GetLayer));
        }

        if (run.Names.HasEigenbasis)
        {
            await ReadBasisAsync();
        }

        if (run.Names.HasLambda)
        {
            await ReadLambdaAsync();
        }

        foreach (var behaviour in run.Names.Behaviours)
        {
            await ReadQueriesAsync(behaviour, behaviour.Queries.Toxic, "toxic");
            await ReadQueriesAsync(behaviour, behaviour.Queries.Nontoxic, "nontoxic");
            await ReadDirectionsAsync(behaviour);
        }
    }

    /// <summary>Query gradients: <c>query_toxic</c>, or <c>query_NAME_toxic</c> for a named behaviour.</summary>
    private async Task ReadQueriesAsync(BehaviourNames behaviour, PreparedQueries queries, string set)
    {
        var name = behaviour.Name is null ? $"query_{set}" : $"query_{behaviour.Name}_{set}";
        var file = await OpenAsync(run.Names.QueryGradient(queries), "query gradients");
        factors.Add(name, [.. layers.Select(layer => Copy(file, $"query/{layer}", layer))]);
        factors.Count(name + "_sequences", ReadCount(file, "sequences"));
        factors.Count(name + "_loss_tokens", ReadCount(file, "loss_tokens"));
    }

    /// <summary>What the curvature makes of the contrast of the query gradients.</summary>
    private async Task ReadDirectionsAsync(BehaviourNames behaviour)
    {
        var directions = new List<TensorSource>();
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var file = await OpenAsync(behaviour.Direction(group), Directions);
            directions.AddRange(file.Tensors.Keys.Select(name => Copy(file, name, GetLayer(name))));
        }

        factors.Add(behaviour.Name is null ? "preconditioned" : $"preconditioned_{behaviour.Name}", directions);
    }

    private async Task ReadBasisAsync()
    {
        var kinds = BasisKinds.ToDictionary(kind => kind, _ => new List<TensorSource>());
        foreach (var group in run.Inputs.Proxy.InputGroups)
        {
            var basis = await OpenAsync(run.Names.Eigenbasis(group), "factors");
            factors.Count("attended_tokens", ReadCount(basis, "attended_tokens"));
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
            factors.Add(kind, tensors);
        }
    }

    private async Task ReadLambdaAsync()
    {
        var shards = new List<SafetensorsFile>();
        for (var shard = 0; shard < run.Inputs.Shards; shard++)
        {
            shards.Add(await OpenAsync(run.Names.Lambda(shard), "lambda sums"));
        }

        factors.Count("lambda_sequences", shards.Sum(shard => ReadCount(shard, "sequences")));
        factors.Add("lambda", [.. layers.Select(layer => Sum(shards, $"lambda/{layer}", layer))]);
    }

    private static TensorSource Sum(List<SafetensorsFile> shards, string name, string newName)
    {
        void Write(Stream stream) => stream.Write(MemoryMarshal.AsBytes<float>(Sum(shards, name)));
        return new TensorSource(newName, ElementType.Float32, shards[0].Entry(name).Shape, Write);
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
        void Write(Stream stream) => file.ForEachPiece(name, PieceBytes, (_, bytes) => stream.Write(bytes));
        var entry = file.Entry(name);
        return new TensorSource(newName, entry.Type, entry.Shape, Write);
    }

    private static string GetLayer(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static long ReadCount(SafetensorsFile file, string name) =>
        long.Parse(file.Metadata[name], CultureInfo.InvariantCulture);

    private async Task<SafetensorsFile> OpenAsync(string name, string what)
    {
        if (!files.TryGetValue(name, out var file))
        {
            file = SafetensorsFile.Open(await run.FetchAsync(name, what, cancellationToken));
            files.Add(name, file);
        }

        return file;
    }
}
