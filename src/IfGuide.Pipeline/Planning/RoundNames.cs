using System.Globalization;

namespace IfGuide.Pipeline.Planning;

/// <summary>Store names of a training's rounds: a folder for each, beside the weights that the training ends in. They go when those are there.</summary>
internal static class RoundNames
{
    private const string FolderPrefix = "round-";

    /// <summary>Folder of one round.</summary>
    /// <param name="weights">Store name of the weights that the training ends in.</param>
    /// <param name="round">The round.</param>
    public static string Folder(string weights, int round) => string.Create(CultureInfo.InvariantCulture, $"{FolderOf(weights)}{FolderPrefix}{round:D5}/");

    /// <summary>Marks a round as ended; stays for the length of the training.</summary>
    public static string Merged(string weights, int round) => Folder(weights, round) + "merged.msgpack";

    /// <summary>Marks a worker's part of a round as done; stays for the length of the training.</summary>
    public static string Worked(string weights, int round, int worker) => Folder(weights, round) + WorkerName(worker) + ".msgpack";

    /// <summary>Weights after a round, with the curve so far: a checkpoint, taken out as one.</summary>
    /// <param name="weights">Store name of the weights that the training ends in.</param>
    /// <param name="round">The round.</param>
    /// <param name="step">Steps taken.</param>
    public static string Weights(string weights, int round, long step) => ArtifactNames.CheckpointOf(Folder(weights, round), step);

    /// <summary>The outer optimizer's velocity after a round.</summary>
    public static string Velocity(string weights, int round) => Folder(weights, round) + "velocity.safetensors";

    /// <summary>What a worker changed in a round, and how its steps went.</summary>
    public static string Delta(string weights, int round, int worker) => Folder(weights, round) + WorkerName(worker) + ".delta.safetensors";

    /// <summary>The workers' mean optimizer state after a round.</summary>
    public static string Moments(string weights, int round) => Folder(weights, round) + "moments.safetensors";

    /// <summary>A worker's optimizer state at the end of its part of a round.</summary>
    public static string Moments(string weights, int round, int worker) => Folder(weights, round) + WorkerName(worker) + ".moments.safetensors";

    /// <summary>The weights that a training ends in, for an artifact of one of its rounds; null: it is none.</summary>
    /// <param name="artifact">A store name.</param>
    public static string? WeightsOf(string artifact)
    {
        var folder = FolderOf(artifact).TrimEnd('/');
        return folder[(folder.LastIndexOf('/') + 1)..].StartsWith(FolderPrefix, StringComparison.Ordinal) ? FolderOf(folder) + ArtifactNames.TrainedFile : null;
    }

    private static string WorkerName(int worker) => string.Create(CultureInfo.InvariantCulture, $"worker-{worker}");

    private static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];
}
