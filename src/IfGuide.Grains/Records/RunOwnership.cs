using System.Globalization;
using IfGuide.Abstractions;

namespace IfGuide.Grains.Records;

/// <summary>Who may coordinate a run. In a cluster the grain directory decides; between processes on one folder, file locks do.</summary>
public interface IRunOwnership
{
    /// <summary>Describes who takes runs here, for people.</summary>
    string Self { get; }

    /// <summary>The cluster that takes runs here; null: a process over a folder.</summary>
    string? Cluster { get; }

    /// <summary>Whether a run is written back as nobody's when its coordinator ends in order: in a cluster another silo takes it without that.</summary>
    bool GivesBack { get; }

    /// <summary>Takes a run; null when another process has it.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Gives the run back when disposed.</returns>
    Task<IDisposable?> TryTakeAsync(RunId run);

    /// <summary>Whether somebody has the run.</summary>
    /// <param name="run">The run.</param>
    bool IsTaken(RunId run);
}

/// <summary>Ownership in a cluster: the one activation of the run's grain has it, and supervisors see to it that there is one.</summary>
/// <param name="cluster">The cluster's id: no other cluster over the store has it.</param>
/// <param name="self">Describes the cluster, for people.</param>
/// <param name="isOneProcess">Whether the cluster is this process and ends with it.</param>
public sealed class ClusterRunOwnership(string cluster = "cluster", string self = "a cluster", bool isOneProcess = false)
    : IRunOwnership
{
    /// <inheritdoc/>
    public string Self => self;

    /// <inheritdoc/>
    public string? Cluster => cluster;

    /// <inheritdoc/>
    public bool GivesBack => isOneProcess;

    /// <inheritdoc/>
    public Task<IDisposable?> TryTakeAsync(RunId run) => Task.FromResult<IDisposable?>(new Nothing());

    /// <inheritdoc/>
    public bool IsTaken(RunId run) => true;

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}

/// <summary>Ownership between embedded processes: a file a run, locked (flock) while a process runs it. The kernel gives it back when the process dies.</summary>
/// <param name="folder">Folder of the lock files.</param>
public sealed class FileRunOwnership(string folder) : IRunOwnership
{
    private const int Tries = 5;
    private const int WouldBlock = 11; // EAGAIN

    /// <inheritdoc/>
    public string Self => ThisProcess;

    /// <inheritdoc/>
    public string? Cluster => null;

    /// <inheritdoc/>
    public bool GivesBack => true;

    /// <summary>Describes this process, for people.</summary>
    public static string ThisProcess { get; } =
        string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");

    /// <inheritdoc/>
    public async Task<IDisposable?> TryTakeAsync(RunId run)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < Tries; i++)
        {
            if (TryOpen(run) is { } file)
            {
                return file;
            }

            await Task.Delay(10); // another process may only be looking whether the run is taken
        }

        return null;
    }

    /// <inheritdoc/>
    public bool IsTaken(RunId run)
    {
        if (!File.Exists(PathOf(run)))
        {
            return false;
        }

        using var file = TryOpen(run);
        return file is null;
    }

    /// <remarks>.NET takes an exclusive flock for FileShare.None and refuses with an IOException when another descriptor holds one.</remarks>
    private FileStream? TryOpen(RunId run)
    {
        try
        {
            return new FileStream(PathOf(run), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            return null;
        }
    }

    private string PathOf(RunId run) => Path.Combine(folder, $"{run}.lock");
}
