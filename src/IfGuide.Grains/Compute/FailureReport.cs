using System.Globalization;
using System.Reflection;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Grains.Messages;
using IfGuide.Pipeline.Training;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Compute;

/// <summary>Turns an exception into what a person and an exit code need.</summary>
internal static class FailureReport
{
    private const int MaxMessage = 4 * 1024;
    private const int MaxDetail = 16 * 1024;
    private const string Mark = " …";

    /// <summary>The failure of a unit.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="unit">By which unit; null: by the run itself.</param>
    /// <param name="silo">Where.</param>
    public static RunFailure Of(Exception exception, UnitReference? unit, string? silo)
    {
        var cause = Unwrap(exception);
        var userFault = cause is UserErrorException or InvalidDataException;
        var failure = new RunFailure
        {
            Message = MessageOf(cause, userFault).Shorten(MaxMessage, Mark),
            UserFault = userFault,
            Detail = exception.ToString().Shorten(MaxDetail, Mark),
            Kind = KindOf(cause),
            Artifact = ArtifactOf(cause),
        };
        return failure with { Stage = unit?.Stage, Unit = unit?.Name, Silo = silo };
    }

    private static string MessageOf(Exception cause, bool userFault) => cause switch
    {
        OutOfMemoryException => NoMemory(),
        IOException or DivergedTrainingException => cause.Message,
        _ when userFault => cause.Message,
        _ => $"{cause.GetType().Name}: {cause.Message}",
    };

    private static string? ArtifactOf(Exception cause) => cause switch
    {
        ArtifactCorruptException corrupt => corrupt.Artifact,
        ArtifactNotFoundException missing => missing.Artifact,
        _ => null,
    };

    /// <summary>Whether waiting may help: the store is out of reach, for now.</summary>
    /// <param name="exception">What was thrown, perhaps wrapped by Orleans' state storage.</param>
    public static bool IsOutage(Exception exception) => Unwrap(exception) is StoreUnavailableException { IsTransient: true };

    private static FailureKind KindOf(Exception cause) => cause switch
    {
        UserErrorException or InvalidDataException => FailureKind.User,
        StoreUnavailableException { IsTransient: true } => FailureKind.StoreUnavailable,
        StoreUnavailableException => FailureKind.StoreRefused,
        ArtifactCorruptException => FailureKind.ArtifactCorrupt,
        ArtifactNotFoundException => FailureKind.ArtifactMissing,
        OtherBuildException => FailureKind.HandedBack,
        _ => FailureKind.Internal,
    };

    private static Exception Unwrap(Exception exception)
    {
        while (IsWrapper(exception) && exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    private static bool IsWrapper(Exception exception) =>
        exception is AggregateException or TargetInvocationException or TypeInitializationException or OrleansException;

    private static string NoMemory() => string.Create(
        CultureInfo.InvariantCulture,
        $"the memory that this process may use is exhausted ({GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20:N0} MiB, by the machine, its control group or DOTNET_GCHeapHardLimit). Give it more, or less to hold: a document, a batch and a query set are held whole.");
}
