using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Says what the server, or the way to it, refused. Only statuses and codes are repeated: messages of the client may hold addresses with signatures.</summary>
/// <param name="location">The store.</param>
/// <param name="endpoint">The account's address: scheme, host and port.</param>
/// <param name="account">The account's name.</param>
internal sealed class AzureErrors(AzureLocation location, string endpoint, string account)
{
    /// <summary>The account's address.</summary>
    public string Endpoint => endpoint;

    /// <summary>Whether an exception came from the client library and has not been described yet.</summary>
    public static bool IsFromClient(Exception exception, CancellationToken cancellationToken) =>
        exception is RequestFailedException or AuthenticationFailedException or AggregateException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        || StoreUnavailableException.IsFileSystemFailure(exception);

    /// <summary>The refusal behind an exception; null when no answer came.</summary>
    public static RequestFailedException? Answer(Exception exception) => Last(exception) is RequestFailedException { Status: > 0 } answer ? answer : null;

    /// <summary>Whether the container does not exist.</summary>
    public static bool IsContainerMissing(Exception exception) => Answer(exception)?.ErrorCode == BlobErrorCode.ContainerNotFound;

    /// <summary>Whether the blob does not exist.</summary>
    public static bool IsBlobMissing(Exception exception) => Answer(exception) is { Status: 404 } answer && answer.ErrorCode != BlobErrorCode.ContainerNotFound;

    /// <summary>Whether a condition on the blob's existence or tag did not hold.</summary>
    public static bool IsConditionFailed(Exception exception) =>
        Answer(exception) is { } answer
        && (answer.Status == 412
            || (answer.Status == 409 && (answer.ErrorCode == BlobErrorCode.BlobAlreadyExists || answer.ErrorCode == BlobErrorCode.UnauthorizedBlobOverwrite))
            || answer.ErrorCode == BlobErrorCode.InvalidBlockList); // another writer's commit discarded the blocks of this one

    /// <summary>Describes a failure.</summary>
    /// <param name="action">What was wanted, e.g. <c>read 'artifacts/a'</c>.</param>
    /// <param name="exception">What the client threw.</param>
    public StoreUnavailableException Describe(string action, Exception exception)
    {
        var (transient, reason) = Last(exception) switch
        {
            AuthenticationFailedException => (false, "no identity could be obtained; sign in ('az login'), give the machine an identity, or set AZURE_STORAGE_CONNECTION_STRING"),
            RequestFailedException { Status: > 0 } answer => Refused(answer),
            var failure => (true, Unreachable(failure)),
        };
        return new StoreUnavailableException($"The store '{location}' at {endpoint} cannot {action}: {reason}.", exception) { IsTransient = transient };
    }

    private (bool Transient, string Reason) Refused(RequestFailedException answer) => answer switch
    {
        { ErrorCode: var code } when code == BlobErrorCode.ContainerNotFound =>
            (false, $"there is no container '{location.Container}'; create it with 'az storage container create --name {location.Container} --account-name {account} --auth-mode login'"),
        { ErrorCode: var code } when code == BlobErrorCode.ContainerBeingDeleted => (true, $"the container '{location.Container}' is being deleted; wait, or name another"),
        { Status: 401 or 403 } => (false, $"access is denied ({Name(answer)}); check the connection string, or give the identity the role 'Storage Blob Data Contributor' on the container"),
        { Status: 507 } => (false, $"its disk is full ({Name(answer)})"),
        { Status: 408 or 429 or >= 500 } => (true, $"the server cannot do it now ({Name(answer)}); try again later"),
        _ => (false, $"the server refuses ({Name(answer)})"),
    };

    private string Unreachable(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException!)
        {
            if (cause is OperationCanceledException or TimeoutException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.TimedOut })
            {
                return "it does not answer in time; check the server and the network";
            }

            if (cause is SocketException socket)
            {
                return socket.SocketErrorCode switch
                {
                    SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"no host of that name is known; check the account's name ('{account}') and the network",
                    SocketError.ConnectionRefused => "nothing listens there; start the server or check the address",
                    var code => $"the connection failed ({code}); check the network",
                };
            }
        }

        return "the connection broke; check the server and the network";
    }

    private static string Name(RequestFailedException answer) => answer.ErrorCode is { Length: > 0 } code
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{answer.Status} {code}")
        : answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <remarks>After several tries the client throws all their exceptions together.</remarks>
    private static Exception Last(Exception exception) => exception is AggregateException { InnerExceptions.Count: > 0 } several ? Last(several.InnerExceptions[^1]) : exception;
}
