using System.Collections.Concurrent;

namespace IfGuide.Grains.Compute;

/// <summary>One dedicated thread with a bounded queue. Everything that an executor does happens here, never on the Orleans scheduler or the thread pool.</summary>
internal sealed class ComputeLane : IDisposable
{
    private readonly BlockingCollection<ComputeJob> queue;
    private readonly Func<IUnitExecutor> createExecutor;
    private readonly Action<ComputeJob> began;
    private readonly Action<ComputeJob> ended;
    private readonly Thread thread;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool disposed;

    public ComputeLane(string name, int capacity, Func<IUnitExecutor> createExecutor, Action<ComputeJob> began, Action<ComputeJob> ended)
    {
        queue = new BlockingCollection<ComputeJob>(capacity);
        this.createExecutor = createExecutor;
        this.began = began;
        this.ended = ended;
        thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public Task Stopped => stopped.Task;

    public void Start() => thread.Start();

    /// <returns>False when the queue is full. Not to be called after disposal.</returns>
    public bool TryAdd(ComputeJob job) => queue.TryAdd(job);

    /// <summary>Takes no more jobs; the thread ends after those it has, and disposes the queue itself, since it may outlive whoever gave up waiting for it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true))
        {
            return;
        }

        queue.CompleteAdding();
        if (thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            queue.Dispose();
            stopped.TrySetResult();
        }
    }

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
            queue.Dispose();
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
            began(job);
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
