using System.Collections.Concurrent;

namespace IfGuide.Grains.Compute;

/// <summary>One dedicated thread with a bounded queue. Everything that an executor does happens here, never on the Orleans scheduler or the thread pool.</summary>
internal sealed class ComputeLane : IDisposable
{
    private readonly BlockingCollection<ComputeJob> queue;
    private readonly Func<IUnitExecutor> createExecutor;
    private readonly Action<ComputeJob> ended;
    private readonly Thread thread;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ComputeLane(string name, int capacity, Func<IUnitExecutor> createExecutor, Action<ComputeJob> ended)
    {
        queue = new BlockingCollection<ComputeJob>(capacity);
        this.createExecutor = createExecutor;
        this.ended = ended;
        thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public Task Stopped => stopped.Task;

    public void Start() => thread.Start();

    public bool TryAdd(ComputeJob job) => !queue.IsAddingCompleted && queue.TryAdd(job);

    public void CompleteAdding() => queue.CompleteAdding();

    public void Dispose() => queue.Dispose();

    private void Run()
    {
        IUnitExecutor? executor = null;
        try
        {
            foreach (var job in queue.GetConsumingEnumerable())
            {
                Execute(job, ref executor);
                ended(job);
            }
        }
        finally
        {
            executor?.Dispose();
            stopped.TrySetResult();
        }
    }

    /// <remarks>The edge where every exception of a unit becomes the job's: a thread that died would take the silo's work with it.</remarks>
#pragma warning disable CA1031
    private void Execute(ComputeJob job, ref IUnitExecutor? executor)
    {
        if (job.IsCancelled)
        {
            job.SetCancelled();
            return;
        }

        try
        {
            job.Begin();
            executor ??= createExecutor();
            job.Complete(executor.Execute(job.Unit, job, job.CancellationToken));
        }
        catch (OperationCanceledException) when (job.IsCancelled)
        {
            job.SetCancelled();
        }
        catch (Exception exception)
        {
            job.Fail(exception);
        }
    }
#pragma warning restore CA1031
}
