using System.Runtime.InteropServices;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Pipeline.Results;

/// <summary>What a run knows of the loss' curvature, and its query gradients: a tensor for each kind and module, mapped into memory and read when it is asked for.</summary>
/// <remarks>
/// Kinds are those of the contract's section 4: <c>activation_covariance</c>, <c>lambda</c>, <c>query_toxic</c>, <c>preconditioned</c> and so on.
/// Modules have their Hugging Face names, such as <c>gpt_neox.layers.0.attention.dense</c>. Gradients are [out, in], or [out, in + 1] where a module has a bias.
/// </remarks>
public sealed class RunFactors : IDisposable
{
    private readonly Dictionary<string, IReadOnlyList<TensorSource>> tensors = [];
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly IDisposable files;

    internal RunFactors(IDisposable files) => this.files = files;

    /// <summary>The kinds that the run has: without Kronecker factors there are no bases, without squared gradients no <c>lambda</c>.</summary>
    public IReadOnlyCollection<string> Kinds => tensors.Keys;

    /// <summary>What the sums are sums of: tokens for covariances, sequences for <c>lambda</c>, queries and their tokens for query gradients.</summary>
    public IReadOnlyDictionary<string, long> Counts => counts;

    /// <summary>The tensors of one kind, one a module. Each writes its elements when it is told to.</summary>
    /// <param name="kind">The kind.</param>
    /// <exception cref="ArgumentException">The run has no such kind.</exception>
    public IReadOnlyList<TensorSource> GetTensors(string kind)
    {
        if (tensors.TryGetValue(kind, out var found))
        {
            return found;
        }

        var all = string.Join(", ", Kinds);
        throw new ArgumentException($"The run has no factors of the kind '{kind}'; it has {all}.", nameof(kind));
    }

    /// <summary>Reads one tensor, row-major; at most 2 GiB.</summary>
    /// <typeparam name="T">Its elements' type: <see cref="double"/> for eigenvalues, <see cref="float"/> for the others.</typeparam>
    /// <param name="kind">The kind.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="ArgumentException">The run has no such kind or module, or the elements have another type.</exception>
    public T[] Read<T>(string kind, string module)
        where T : unmanaged
    {
        var tensor = GetTensors(kind).FirstOrDefault(found => found.Name == module)
            ?? throw new ArgumentException($"The run has no {kind} of a module '{module}'.", nameof(module));
        if (tensor.Type != ElementTypes.Of<T>())
        {
            throw new ArgumentException(
                $"The {kind} of '{module}' has elements of type {tensor.Type}, not {ElementTypes.Of<T>()}.", nameof(kind));
        }

        var size = tensor.Shape.Aggregate((long)tensor.Type.Size(), (product, length) => checked(product * length));
        var bytes = new byte[checked((int)size)];
        using var stream = new MemoryStream(bytes);
        tensor.Write(stream);
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    /// <summary>Unmaps the files.</summary>
    public void Dispose() => files.Dispose();

    internal void Add(string kind, IReadOnlyList<TensorSource> sources) => tensors.Add(kind, sources);

    internal void Count(string name, long count) => counts[name] = count;
}
