namespace IfGuide.Grains.Compute;

/// <summary>One dedicated thread with a bounded queue, from which runs take turns. Everything that an executor does happens here, never on the Orleans scheduler or the thread pool.</summary>
internal sealed class ComputeLane : IDisposable
{
    private readonly FairQueue queue;
    private readonly Func<IUnitExecutor> createExecutor;
    private readonly Action<ComputeJob> began;
    private readonly Action<ComputeJob> ended;
    private readonly Thread thread;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool disposed;

    public ComputeLane(
        string name, int capacity, Func<IUnitExecutor> createExecutor, Action<ComputeJob> began, Action<ComputeJob> ended)
    {
        queue = new FairQueue(capacity);
        this.createExecutor = createExecutor;
        this.began = began;
        this.ended = ended;
        thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public Task Stopped => stopped.Task;

    public void Start() => thread.Start();

    /// <returns>False when the run's share of the queue is full. Not to be called after disposal.</returns>
    public bool TryAdd(ComputeJob job)
    {
        lock (queue)
        {
            Monitor.Pulse(queue);
            return queue.TryAdd(job);
        }
    }

    /// <returns>Whether the job was waiting; it will not begin any more.</returns>
    public bool Remove(ComputeJob job)
    {
        lock (queue)
        {
            return queue.Remove(job);
        }
    }

    /// <summary>Takes no more jobs; the thread ends after those it has.</summary>
    public void Dispose()
    {
        lock (queue)
        {
            disposed = true;
            Monitor.PulseAll(queue);
        }

        if (thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            stopped.TrySetResult();
        }
    }

    private ComputeJob? Take()
    {
        lock (queue)
        {
            while (true)
            {
                if (queue.TryTake() is { } job)
                {
                    return job;
                }

                if (disposed)
                {
                    return null;
                }

                Monitor.Wait(queue);
            }
        }
    }

    private void Run()
    {
        IUnitExecutor? executor = null;
        try
        {
            while (Take() is { } job)
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
