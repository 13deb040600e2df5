using System.Globalization;
using System.Reflection;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Units;
using IfGuide.Pipeline.Training;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Grains.Compute;

/// <summary>Turns an exception into what a person and an exit code need.</summary>
internal static class FailureReport
{
    private const int LongestMessage = 4 * 1024;
    private const int LongestDetail = 16 * 1024;

    /// <summary>The failure of a unit.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="unit">By which unit; null: by the run itself.</param>
    /// <param name="silo">Where.</param>
    public static RunFailure Of(Exception exception, UnitReference? unit, string? silo)
    {
        var cause = Unwrap(exception);
        var userFault = cause is UserErrorException or InvalidDataException;
        var message = userFault || cause is IOException or DivergedTrainingException ? cause.Message
            : cause is OutOfMemoryException ? NoMemory()
            : $"{cause.GetType().Name}: {cause.Message}";
        return new RunFailure
        {
            Message = Cut(message, LongestMessage),
            UserFault = userFault,
            Stage = unit?.Stage,
            Unit = unit?.Name,
            Silo = silo,
            Detail = Cut(exception.ToString(), LongestDetail),
            Kind = KindOf(cause),
            Artifact = (cause as ArtifactCorruptException)?.Artifact ?? (cause as ArtifactNotFoundException)?.Artifact,
        };
    }

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

    private static Exception Unwrap(Exception exception) =>
        exception is AggregateException or TargetInvocationException or TypeInitializationException or OrleansException && exception.InnerException is { } inner ? Unwrap(inner) : exception;

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + " …";

    private static string NoMemory() => string.Create(
        CultureInfo.InvariantCulture,
        $"the memory that this process may use is exhausted ({GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20:N0} MiB, by the machine, its control group or DOTNET_GCHeapHardLimit). Give it more, or less to hold: a document, a batch and a query set are held whole.");
}
