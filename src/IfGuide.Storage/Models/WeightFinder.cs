using IfGuide.Abstractions;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>Finds a model's weights in open files and checks names, shapes and types.</summary>
/// <param name="folder">The model's folder, for messages.</param>
/// <param name="configuration">The model's shape and constants.</param>
internal sealed class WeightFinder(string folder, TransformerConfiguration configuration)
{
    private const int NamesShown = 5;

    /// <summary>The weights, sorted ordinally by name. Buffers and copies of tied weights are left out.</summary>
    /// <param name="files">The files; they stay open while the weights are used.</param>
    /// <exception cref="UserErrorException">A tensor is missing, unexpected, twice there, or of wrong shape or type.</exception>
    public IReadOnlyList<StoredWeight> Find(IReadOnlyList<SafetensorsFile> files)
    {
        var found = ReadTensors(files);
        var shapes = CausalLanguageModel.WeightShapes(configuration);
        Refuse("lack", shapes.Keys.Where(name => !found.ContainsKey(name)));
        Refuse("hold unexpected", found.Keys.Where(name => !shapes.ContainsKey(name) && !IsTolerated(name)));
        var weights = shapes.Select(weight => CreateWeight(weight.Key, weight.Value, found[weight.Key])).ToList();
        weights.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return weights;
    }

    private Dictionary<string, FileTensor> ReadTensors(IReadOnlyList<SafetensorsFile> files)
    {
        var tensors = files.SelectMany(file => file.Tensors.Values.Select(entry => new FileTensor(file, entry)));
        var byName = tensors.GroupBy(GetName).ToList();
        if (byName.Find(same => same.Count() > 1) is { } twice)
        {
            var places = string.Join("' and in '", twice.Select(tensor => tensor.File.Path));
            throw new UserErrorException(
                $"Tensor '{twice.Key}' stands in '{places}': download or export the model's folder again.");
        }

        return byName.ToDictionary(same => same.Key, same => same.Single());
    }

    private StoredWeight CreateWeight(string name, long[] shape, FileTensor tensor)
    {
        var (file, entry) = tensor;
        var isTransposed = CausalLanguageModel.IsStoredTransposed(configuration, name);
        CheckShape(tensor, isTransposed ? [shape[1], shape[0]] : shape);
        if (entry.Type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64))
        {
            throw new UserErrorException(
                $"Tensor '{entry.Name}' of '{file.Path}' has elements of type {entry.Type}, "
                + "expected float32, float16 or bfloat16: convert the weights.");
        }

        return new StoredWeight(name, shape, file, entry, isTransposed);
    }

    private static void CheckShape(FileTensor tensor, long[] expected)
    {
        var (file, entry) = tensor;
        if (!entry.Shape.SequenceEqual(expected))
        {
            throw new UserErrorException(
                $"Tensor '{entry.Name}' of '{file.Path}' has shape {ElementTypes.Describe(entry.Shape)}, "
                + $"but {HuggingFaceModel.ConfigurationName} asks for {ElementTypes.Describe(expected)}. "
                + "Check that both belong to one model.");
        }
    }

    private void Refuse(string problem, IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        if (all.Count == 0)
        {
            return;
        }

        var shown = string.Join(", ", all.Take(NamesShown));
        if (all.Count > NamesShown)
        {
            shown += $" and {all.Count - NamesShown} more";
        }

        throw new UserErrorException(
            $"The weights in '{folder}' {problem} {all.Count} tensors of a {configuration.Family} model "
            + $"with {configuration.LayerCount} layers: {shown}. "
            + $"Check that {HuggingFaceModel.ConfigurationName} belongs to these weights.");
    }

    private string GetName(FileTensor tensor) => CausalLanguageModel.CanonicalName(configuration, tensor.Entry.Name);

    private bool IsTolerated(string name) => CausalLanguageModel.IsTolerated(configuration, name);

    private sealed record FileTensor(SafetensorsFile File, TensorEntry Entry);
}
