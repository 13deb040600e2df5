using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>A Hugging Face model folder: config.json and model.safetensors, one file or an index with shards. Needs no libtorch.</summary>
public sealed class HuggingFaceModel
{
    private const string ConfigurationName = "config.json";
    private const string WeightsName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private const string TokenizerName = "tokenizer.json";
    private const int PieceLength = 16 << 20;
    private const int NamesShown = 5;

    private HuggingFaceModel(string folder, TransformerConfiguration configuration, IReadOnlyList<string> weightPaths)
    {
        Folder = folder;
        Configuration = configuration;
        WeightPaths = weightPaths;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Shape and constants.</summary>
    public TransformerConfiguration Configuration { get; }

    /// <summary>The files that hold the weights.</summary>
    public IReadOnlyList<string> WeightPaths { get; }

    /// <summary>Path of config.json.</summary>
    public string ConfigurationPath => Path.Combine(Folder, ConfigurationName);

    /// <summary>Path of tokenizer.json; null: the folder has none.</summary>
    public string? TokenizerPath => File.Exists(Path.Combine(Folder, TokenizerName)) ? Path.Combine(Folder, TokenizerName) : null;

    /// <summary>Opens a folder, reads its configuration and finds its weight files.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserErrorException">It is no supported model; the message names file, key and remedy.</exception>
    public static HuggingFaceModel Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException($"There is no model folder '{folder}': correct the path. It must hold {ConfigurationName} and {WeightsName}.");
        }

        var configuration = HuggingFaceConfiguration.Read(Path.Combine(folder, ConfigurationName));
        var single = Path.Combine(folder, WeightsName);
        var index = Path.Combine(folder, IndexName);
        return new HuggingFaceModel(folder, configuration, File.Exists(single) ? [single] : File.Exists(index) ? Shards(folder, index)
            : throw new UserErrorException($"'{folder}' holds neither {WeightsName} nor {IndexName}: put the weights there, converted to safetensors if they are in another format."));
    }

    /// <summary>Checks names, shapes and types of the weights by the heads of their files; reads no weight.</summary>
    /// <exception cref="UserErrorException">A file is missing or shorter than its head says, or a tensor is missing, unexpected, of wrong shape or type; the message names file and tensor.</exception>
    public void CheckWeights() => Use(_ => { });

    /// <summary>Checks every weight and writes all as one safetensors file, under their Hugging Face names, as [out, in] and in their own type; buffers and copies of tied weights are left out.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <exception cref="UserErrorException">A tensor is missing, unexpected, of wrong shape or type, or holds NaN or infinity; the message names file and tensor.</exception>
    public void WriteWeights(Stream stream) => Use(weights => SafetensorsWriter.Write(
        stream,
        weights.Select(weight => new TensorSource(weight.Name, weight.Entry.Type, weight.Shape, output => Copy(weight, output))),
        PyTorchMetadata));

    /// <summary>Metadata that transformers wants in a weights file.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes a folder that transformers loads. The files appear under their names only when they are whole.</summary>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="configurationPath">A config.json.</param>
    /// <param name="weightsPath">A safetensors file of the weights as <see cref="WriteWeights"/> and the trainer write it.</param>
    /// <param name="tokenizerPath">A tokenizer.json; null: none.</param>
    public static void Save(string folder, string configurationPath, string weightsPath, string? tokenizerPath)
    {
        Directory.CreateDirectory(folder);
        var configuration = HuggingFaceConfiguration.Read(configurationPath);
        Place(ConfigurationName, temporary => File.Copy(configurationPath, temporary));
        Place(WeightsName, temporary => StoredLayout.Restore(configuration, weightsPath, temporary));
        if (tokenizerPath is not null)
        {
            Place(TokenizerName, temporary => File.Copy(tokenizerPath, temporary));
        }

        void Place(string name, Action<string> write)
        {
            var temporary = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
            write(temporary);
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.Move(temporary, Path.Combine(folder, name), overwrite: true);
        }
    }

    private void Use(Action<IReadOnlyList<StoredWeight>> use)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var path in WeightPaths)
            {
                files.Add(SafetensorsFile.Open(path));
            }

            use(Weights(files));
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    private static string[] Shards(string folder, string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            var names = json.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString() ?? throw new JsonException("a shard is null")).Distinct().Order(StringComparer.Ordinal).ToArray();
            if (Array.Find(names, name => string.IsNullOrEmpty(name) || name != Path.GetFileName(name)) is { } outside)
            {
                throw new UserErrorException($"'{index}' names the shard '{outside}', which is not a file beside it: correct the index.");
            }

            return [.. names.Select(name => Path.Combine(folder, name))];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new UserErrorException($"'{index}' is no index of safetensors shards with a weight_map: download or export the model's folder again.", exception);
        }
    }

    private List<StoredWeight> Weights(List<SafetensorsFile> files)
    {
        var byName = files.SelectMany(file => file.Tensors.Values.Select(entry => (File: file, Entry: entry))).GroupBy(weight => CausalLanguageModel.CanonicalName(Configuration, weight.Entry.Name)).ToList();
        if (byName.Find(weights => weights.Count() > 1) is { } twice)
        {
            throw new UserErrorException($"Tensor '{twice.Key}' stands in '{string.Join("' and in '", twice.Select(weight => weight.File.Path))}': download or export the model's folder again.");
        }

        var found = byName.ToDictionary(weights => weights.Key, weights => weights.Single());
        var shapes = CausalLanguageModel.WeightShapes(Configuration);
        Refuse("lack", shapes.Keys.Where(name => !found.ContainsKey(name)));
        Refuse("hold unexpected", found.Keys.Where(name => !shapes.ContainsKey(name) && !CausalLanguageModel.IsTolerated(Configuration, name)));
        foreach (var (name, shape) in shapes)
        {
            var (file, entry) = found[name];
            var expected = CausalLanguageModel.IsStoredTransposed(Configuration, name) ? [shape[1], shape[0]] : shape;
            if (!entry.Shape.SequenceEqual(expected))
            {
                throw new UserErrorException(
                    $"Tensor '{entry.Name}' of '{file.Path}' has shape {ElementTypes.Describe(entry.Shape)}, but {ConfigurationName} asks for {ElementTypes.Describe(expected)}. Check that both belong to one model.");
            }

            if (entry.Type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64))
            {
                throw new UserErrorException($"Tensor '{entry.Name}' of '{file.Path}' has elements of type {entry.Type}, expected float32, float16 or bfloat16: convert the weights.");
            }
        }

        return [.. shapes.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => new StoredWeight(weight.Key, weight.Value, found[weight.Key].File, found[weight.Key].Entry, CausalLanguageModel.IsStoredTransposed(Configuration, weight.Key)))];
    }

    private void Refuse(string problem, IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            var shown = string.Join(", ", all.Take(NamesShown)) + (all.Count > NamesShown ? $" and {all.Count - NamesShown} more" : string.Empty);
            throw new UserErrorException($"The weights in '{Folder}' {problem} {all.Count} tensors of a {Configuration.Family} model with {Configuration.LayerCount} layers: {shown}. Check that {ConfigurationName} belongs to these weights.");
        }
    }

    private static void Copy(StoredWeight weight, Stream output)
    {
        var (file, entry) = (weight.File, weight.Entry);
        file.ForEachPiece(entry.Name, PieceLength, (offset, bytes) =>
        {
            var bad = NonFiniteWeights.Find(entry.Type, bytes);
            if (bad >= 0)
            {
                throw new UserErrorException($"Tensor '{entry.Name}' of '{file.Path}' is not finite at element {offset / entry.Type.Size() + bad}: the checkpoint is damaged or its training diverged; use another.");
            }

            if (!weight.IsTransposed)
            {
                output.Write(bytes);
            }
        });
        if (weight.IsTransposed)
        {
            StoredLayout.WriteTransposed(file, entry, output);
        }
    }

    /// <summary>A weight of the model and the tensor of a file that holds it.</summary>
    private sealed record StoredWeight(string Name, IReadOnlyList<long> Shape, SafetensorsFile File, TensorEntry Entry, bool IsTransposed);
}
