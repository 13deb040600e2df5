using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Preparation;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Pipeline.Execution;

/// <summary>Computes units on the thread that calls; keeps models and factors warm between them.</summary>
/// <remarks>Units that need the device: one at a time. A unit whose artifact exists is done. Computing one twice, here or elsewhere, gives the same bytes.</remarks>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="device"><c>cpu</c> or <c>cuda:N</c>; touched only by units that need it.</param>
public sealed class UnitExecutor(IArtifactStore store, string device) : IDisposable
{
    private readonly DeviceSession session = new(device);
    private readonly Lock gate = new();
    private (string Specification, string Inputs, RunSpec Spec, PreparedInputs Prepared)? current;

    /// <summary>Whether a unit multiplies matrices; the others read and write only, and may run beside the device.</summary>
    /// <param name="unit">The unit.</param>
    public static bool NeedsDevice(UnitReference unit) => unit.Kind != UnitKind.Preparation && Stages.Find(unit.Stage).NeedsDevice;

    /// <summary>Computes a unit and stores its artifact.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="progress">Told of progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops at the next safe point.</param>
    /// <returns>The artifact's name.</returns>
    /// <exception cref="UserErrorException">The user's input is wrong.</exception>
    /// <exception cref="OperationCanceledException">The unit was cancelled.</exception>
    /// <exception cref="OtherBuildException">Another build planned the unit, and computes it otherwise.</exception>
    public string Execute(UnitReference unit, IProgress<UnitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var blocking = new BlockingStore(store, cancellationToken);
        if (unit.Kind == UnitKind.Preparation)
        {
            var specification = SpecificationStore.GetAsync(store, unit.Specification, cancellationToken).GetAwaiter().GetResult();
            return PreparationUnit.Run(specification, blocking, progress, cancellationToken);
        }

        if (UnitContext.IsDone(unit, blocking))
        {
            return unit.Artifact;
        }

        if (NeedsDevice(unit))
        {
            TorchRuntime.Load(); // before the first mention of a tensor, which would make TorchSharp look for libtorch itself
        }

        var (spec, inputs) = Load(unit, cancellationToken);
        var names = new ArtifactNames(spec, inputs);
        RefuseOtherMathematics(unit, names);
        Stages.Find(unit.Stage).Compute(new UnitContext
        {
            Unit = unit,
            Specification = spec,
            Inputs = inputs,
            Names = names,
            Store = blocking,
            Work = new DeviceWork(session, progress, cancellationToken),
        });
        return unit.Artifact;
    }

    /// <summary>Frees models and factors.</summary>
    public void Dispose() => session.Dispose();

    /// <summary>A name is the key of the mathematics that made the artifact: a unit that another build planned under another name must not get this build's numbers.</summary>
    private static void RefuseOtherMathematics(UnitReference unit, ArtifactNames names)
    {
        if (RunPlan.ArtifactOf(names, unit) is var own && own != unit.Artifact)
        {
            throw new OtherBuildException($"Unit '{unit.Name}' of stage {unit.Stage} was planned by another build of IfGuide as '{unit.Artifact}'; this build computes '{own}'. A silo of the coordinator's build computes it; finish the upgrade.");
        }
    }

    private (RunSpec Specification, PreparedInputs Inputs) Load(UnitReference unit, CancellationToken cancellationToken)
    {
        var inputsName = unit.Inputs ?? throw new ArgumentException($"Unit '{unit.Name}' of stage {unit.Stage} names no prepared inputs.", nameof(unit));
        using var entered = gate.EnterScope();
        if (current is not { } known || known.Specification != unit.Specification || known.Inputs != inputsName)
        {
            known = (
                unit.Specification,
                inputsName,
                SpecificationStore.GetAsync(store, unit.Specification, cancellationToken).GetAwaiter().GetResult(),
                PreparedInputs.LoadAsync(store, inputsName, cancellationToken).GetAwaiter().GetResult());
            current = known;
        }

        return (known.Spec, known.Prepared);
    }
}
