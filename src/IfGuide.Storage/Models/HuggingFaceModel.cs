using IfGuide.Abstractions;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>A Hugging Face model folder: config.json and model.safetensors, one file or an index with shards. Needs no libtorch.</summary>
public sealed class HuggingFaceModel
{
    /// <summary>The name of the configuration's file.</summary>
    internal const string ConfigurationName = "config.json";

    private const string WeightsName = "model.safetensors";
    private const string TokenizerName = "tokenizer.json";
    private const int PieceLength = 16 << 20;

    private const UnixFileMode PublishedMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

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
    public string? TokenizerPath
    {
        get
        {
            var path = Path.Combine(Folder, TokenizerName);
            return File.Exists(path) ? path : null;
        }
    }

    /// <summary>Opens a folder, reads its configuration and finds its weight files.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserErrorException">It is no supported model; the message names file, key and remedy.</exception>
    public static HuggingFaceModel Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(
                $"There is no model folder '{folder}': correct the path. It must hold {ConfigurationName} and {WeightsName}.");
        }

        var configuration = HuggingFaceConfiguration.Read(Path.Combine(folder, ConfigurationName));
        return new HuggingFaceModel(folder, configuration, FindWeights(folder));
    }

    /// <summary>Checks names, shapes and types of the weights by the heads of their files; reads no weight.</summary>
    /// <exception cref="UserErrorException">
    /// A file is missing or shorter than its head says, or a tensor is missing, unexpected, of wrong shape or type.
    /// The message names file and tensor.
    /// </exception>
    public void CheckWeights() => UseWeights(_ => { });

    /// <summary>Checks every weight and writes all as one safetensors file.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <remarks>
    /// The weights have their Hugging Face names and their own type; matrices are [out, in].
    /// Buffers and copies of tied weights are left out.
    /// </remarks>
    /// <exception cref="UserErrorException">
    /// A tensor is missing, unexpected, of wrong shape or type, or holds NaN or infinity. The message names file and tensor.
    /// </exception>
    public void WriteWeights(Stream stream) =>
        UseWeights(weights => SafetensorsWriter.Write(stream, weights.Select(CreateSource), PyTorchMetadata));

    /// <summary>Metadata that transformers wants in a weights file.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } =
        new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes a folder that transformers loads. The files appear under their names only when they are whole.</summary>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="configurationPath">A config.json.</param>
    /// <param name="weightsPath">A safetensors file of the weights as <see cref="WriteWeights"/> and the trainer write it.</param>
    /// <param name="tokenizerPath">A tokenizer.json; null: none.</param>
    public static void Save(string folder, string configurationPath, string weightsPath, string? tokenizerPath)
    {
        Directory.CreateDirectory(folder);
        var configuration = HuggingFaceConfiguration.Read(configurationPath);
        Place(folder, ConfigurationName, temporary => File.Copy(configurationPath, temporary));
        Place(folder, WeightsName, temporary => StoredLayout.Restore(configuration, weightsPath, temporary));
        if (tokenizerPath is not null)
        {
            Place(folder, TokenizerName, temporary => File.Copy(tokenizerPath, temporary));
        }
    }

    private static void Place(string folder, string name, Action<string> write)
    {
        var temporary = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
        write(temporary);
        File.SetUnixFileMode(temporary, PublishedMode);
        File.Move(temporary, Path.Combine(folder, name), overwrite: true);
    }

    private static string[] FindWeights(string folder)
    {
        var single = Path.Combine(folder, WeightsName);
        if (File.Exists(single))
        {
            return [single];
        }

        if (File.Exists(Path.Combine(folder, WeightIndex.Name)))
        {
            return WeightIndex.ReadShards(folder);
        }

        throw new UserErrorException(
            $"'{folder}' holds neither {WeightsName} nor {WeightIndex.Name}: "
            + "put the weights there, converted to safetensors if they are in another format.");
    }

    private void UseWeights(Action<IReadOnlyList<StoredWeight>> use)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var path in WeightPaths)
            {
                files.Add(SafetensorsFile.Open(path));
            }

            use(new WeightFinder(Folder, Configuration).Find(files));
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    private static TensorSource CreateSource(StoredWeight weight) =>
        new(weight.Name, weight.Entry.Type, weight.Shape, output => Copy(weight, output));

    private static void Copy(StoredWeight weight, Stream output)
    {
        weight.File.ForEachPiece(weight.Entry.Name, PieceLength, (offset, bytes) =>
        {
            RequireFinite(weight, offset, bytes);
            if (!weight.IsTransposed)
            {
                output.Write(bytes);
            }
        });
        if (weight.IsTransposed)
        {
            StoredLayout.WriteTransposed(weight.File, weight.Entry, output);
        }
    }

    private static void RequireFinite(StoredWeight weight, long offset, ReadOnlySpan<byte> bytes)
    {
        var entry = weight.Entry;
        var bad = NonFiniteWeights.Find(entry.Type, bytes);
        if (bad >= 0)
        {
            var element = offset / entry.Type.Size() + bad;
            throw new UserErrorException(
                $"Tensor '{entry.Name}' of '{weight.File.Path}' is not finite at element {element}: "
                + "the checkpoint is damaged or its training diverged; use another.");
        }
    }
}
