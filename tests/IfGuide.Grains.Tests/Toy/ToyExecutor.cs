using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Compute;
using IfGuide.Pipeline.Planning;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>Computes the toy method: each artifact is the digest of its unit and of what it read, in a fixed order.</summary>
internal sealed class ToyExecutors(IArtifactStore store) : IUnitExecutorFactory
{
    /// <summary>Called before a unit computes; may wait, throw or count.</summary>
    public Action<UnitReference, CancellationToken> OnUnit { get; set; } = (_, _) => { };

    /// <summary>Every execution that wrote something, and where.</summary>
    public ConcurrentQueue<(UnitReference Unit, string Thread)> Computed { get; } = new();

    public int Alive => alive;

    private int alive;

    public bool NeedsDevice(UnitReference unit) => unit.Kind is UnitKind.CorpusShard or UnitKind.LayerFactor;

    public IUnitExecutor Create()
    {
        Interlocked.Increment(ref alive);
        return new Executor(this, store, Environment.CurrentManagedThreadId);
    }

    private sealed class Executor(ToyExecutors owner, IArtifactStore store, int thread) : IUnitExecutor
    {
        public string Execute(UnitReference unit, IProgress<UnitProgress>? progress, CancellationToken cancellationToken)
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            progress?.Report(new UnitProgress { Measure = "tokens", Done = 50, Total = 100 });
            owner.OnUnit(unit, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var specification = SpecificationStore.GetAsync(store, unit.Specification, cancellationToken).GetAwaiter().GetResult();
            var artifact = unit.Kind == UnitKind.Preparation ? ToyPlanner.Inputs(specification) : unit.Artifact;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes($"{unit.Stage}/{unit.Name}"));
            foreach (var upstream in Upstream(unit, specification))
            {
                hash.AppendData(File.ReadAllBytes(store.FetchAsync(upstream, cancellationToken).GetAwaiter().GetResult()));
            }

            var bytes = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()));
            store.PutAsync(artifact, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellationToken).GetAwaiter().GetResult();
            owner.Computed.Enqueue((unit, Thread.CurrentThread.Name ?? "none"));
            progress?.Report(new UnitProgress { Measure = "tokens", Done = 100, Total = 100 });
            return artifact;
        }

        public void Dispose()
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Interlocked.Decrement(ref owner.alive);
        }

        private static IEnumerable<string> Upstream(UnitReference unit, RunSpec specification)
        {
            var shards = Enumerable.Range(0, specification.Shards!.Value);
            return unit.Stage switch
            {
                Stage.Prepare => [],
                Stage.Covariance => [ToyPlanner.Inputs(specification)],
                Stage.Eigenbasis => shards.Select(shard => ToyPlanner.Covariance(specification, shard)),
                Stage.Score => Enumerable.Range(0, ToyPlanner.Layers).Select(layer => ToyPlanner.Layer(specification, layer)),
                Stage.Select => shards.Select(shard => ToyPlanner.Score(specification, shard)),
                _ => throw new InvalidOperationException($"The toy method has no stage {unit.Stage}."),
            };
        }
    }
}
