using IfGuide.Abstractions.Units;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IfGuide.Grains.Compute;

/// <summary>A compute silo's device: one thread that owns its tensors, one for units that need none, and the jobs on both.</summary>
/// <remarks>
/// Jobs are keyed by unit and outlive grain activations: the death of any silo also deactivates grains on healthy ones, and the new
/// activation joins the job of the old one. A job that nobody follows any more is cancelled.
/// </remarks>
public sealed class ComputeDevice : IHostedService, IDisposable
{
    private const int QueueCapacity = 256;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private readonly IUnitExecutorFactory factory;
    private readonly ILogger<ComputeDevice> logger;
    private readonly Lock gate = new();
    private readonly Dictionary<string, ComputeJob> jobs = [];
    private readonly ComputeLane device;
    private readonly ComputeLane processor;
    private bool accepting;

    /// <summary>Creates the device; its threads start with the host.</summary>
    /// <param name="factory">Makes the executors, each on its own thread and not before its first unit.</param>
    /// <param name="logger">The log.</param>
    public ComputeDevice(IUnitExecutorFactory factory, ILogger<ComputeDevice> logger)
    {
        this.factory = factory;
        this.logger = logger;
        device = new ComputeLane("ifguide device", QueueCapacity, factory.Create, Began, Ended);
        processor = new ComputeLane("ifguide processor", QueueCapacity, factory.Create, Began, Ended);
    }

    /// <summary>Whether it takes units: its host has started and does not stop yet.</summary>
    public bool IsAccepting
    {
        get
        {
            lock (gate)
            {
                return accepting;
            }
        }
    }

    /// <summary>Starts a unit, or joins it.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="follower">Who asks; the job lives until its last follower leaves it.</param>
    /// <param name="hasPriority">Whether a new job goes before the run's other waiting ones.</param>
    /// <exception cref="OrleansException">The silo is stopping, or its queue is full: ask another one, or later.</exception>
    public ComputeJob Attach(UnitReference unit, string follower, bool hasPriority = false)
    {
        ArgumentNullException.ThrowIfNull(unit);
        lock (gate)
        {
            if (!accepting)
            {
                throw new OrleansException("This silo is stopping and takes no more units.");
            }

            var key = KeyOf(unit);
            // A job that has ended lies here until its thread removes it.
            if (!jobs.TryGetValue(key, out var job) || job.IsCancelled || job.Completion.IsCompleted)
            {
                job = new ComputeJob(key, unit, hasPriority);
                if (!LaneOf(unit).TryAdd(job))
                {
                    throw new OrleansException(
                        $"This silo has {QueueCapacity} units of run {unit.Run} waiting and takes no more.");
                }

                jobs[key] = job;
            }

            job.Follow(follower);
            return job;
        }
    }

    /// <summary>Leaves a job, and stops it at its next safe point when nobody else follows it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="follower">Who leaves.</param>
    public void Release(ComputeJob job, string follower)
    {
        ArgumentNullException.ThrowIfNull(job);
        lock (gate)
        {
            if (!job.Unfollow(follower) || job.Completion.IsCompleted)
            {
                return;
            }

            job.Cancel();
            if (!LaneOf(job.Unit).Remove(job))
            {
                logger.LogInformation(
                    "Unit {Stage}/{Unit} of run {Run} is cancelled.", job.Unit.Stage, job.Unit.Name, job.Unit.Run);
                return;
            }
        }

        job.SetCancelled(); // it had not begun: its place in the queue is free at once
        Ended(job);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        device.Start();
        processor.Start();
        lock (gate)
        {
            accepting = true;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        try
        {
            await Task.WhenAll(device.Stopped, processor.Stopped).WaitAsync(StopTimeout, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            logger.LogWarning(
                "A unit did not reach a safe point in {Seconds} s; the process ends without it and it is computed again later.",
                StopTimeout.TotalSeconds);
        }
    }

    /// <summary>Refuses new units, cancels those it has, and lets the threads end by themselves.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            accepting = false;
            device.Dispose();
            processor.Dispose();
            foreach (var job in jobs.Values)
            {
                job.Cancel();
            }
        }
    }

    /// <remarks>The preparation has no artifact name of its own: its specification tells it apart.</remarks>
    private static string KeyOf(UnitReference unit)
    {
        if (unit.Artifact.Length > 0)
        {
            return unit.Artifact;
        }

        return $"{unit.Run}/{unit.Stage}/{unit.Name}/{unit.Specification}";
    }

    /// <remarks>A silo's log tells what its device did and when: what it was computing when it died, and how long the device was busy.</remarks>
    private void Began(ComputeJob job) =>
        logger.LogInformation("Unit {Stage}/{Unit} of run {Run} begins.", job.Unit.Stage, job.Unit.Name, job.Unit.Run);

    private ComputeLane LaneOf(UnitReference unit) => factory.NeedsDevice(unit) ? device : processor;

    private void Ended(ComputeJob job)
    {
        if (job.IsStarted)
        {
            logger.LogInformation(
                "Unit {Stage}/{Unit} of run {Run} ended after {Seconds:0.000} s: {State}.",
                job.Unit.Stage,
                job.Unit.Name,
                job.Unit.Run,
                job.Busy.TotalSeconds,
                job.Completion.Status);
        }

        lock (gate)
        {
            if (jobs.TryGetValue(job.Key, out var current) && ReferenceEquals(current, job))
            {
                jobs.Remove(job.Key);
            }

            job.Dispose();
        }

        if (job.Completion.Exception?.InnerException is { } exception)
        {
            logger.LogWarning(exception, "Unit {Stage}/{Unit} of run {Run} failed.", job.Unit.Stage, job.Unit.Name, job.Unit.Run);
        }
    }
}
