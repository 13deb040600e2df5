using System.Globalization;
using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>Says what the server, or the way to it, refused.</summary>
/// <remarks>Repeats statuses and codes only: messages of the client may hold addresses with signatures.</remarks>
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
    public static RequestFailedException? FindAnswer(Exception exception)
    {
        if (FindLast(exception) is RequestFailedException { Status: > 0 } answer)
        {
            return answer;
        }

        return null;
    }

    /// <summary>Whether the container does not exist.</summary>
    public static bool IsContainerMissing(Exception exception) =>
        FindAnswer(exception)?.ErrorCode == BlobErrorCode.ContainerNotFound;

    /// <summary>Whether the blob does not exist.</summary>
    public static bool IsBlobMissing(Exception exception) =>
        FindAnswer(exception) is { Status: 404 } answer && answer.ErrorCode != BlobErrorCode.ContainerNotFound;

    /// <summary>Whether a condition on the blob's existence or tag did not hold.</summary>
    public static bool IsConditionFailed(Exception exception)
    {
        if (FindAnswer(exception) is not { } answer)
        {
            return false;
        }

        return answer.Status switch
        {
            412 => true,
            409 when answer.ErrorCode == BlobErrorCode.BlobAlreadyExists => true,
            409 when answer.ErrorCode == BlobErrorCode.UnauthorizedBlobOverwrite => true,
            _ => answer.ErrorCode == BlobErrorCode.InvalidBlockList, // another writer's commit discarded the blocks of this one
        };
    }

    /// <summary>Describes a failure.</summary>
    /// <param name="action">What was wanted, e.g. <c>read 'artifacts/a'</c>.</param>
    /// <param name="exception">What the client threw.</param>
    public StoreUnavailableException Describe(string action, Exception exception)
    {
        var (transient, reason) = FindReason(FindLast(exception));
        var message = $"The store '{location}' at {endpoint} cannot {action}: {reason}.";
        return new StoreUnavailableException(message, exception) { IsTransient = transient };
    }

    private (bool Transient, string Reason) FindReason(Exception failure)
    {
        switch (failure)
        {
            case AuthenticationFailedException:
                return (false, "no identity could be obtained; sign in ('az login'), give the machine an identity, "
                    + "or set AZURE_STORAGE_CONNECTION_STRING");
            case RequestFailedException { Status: > 0 } answer:
                return ExplainContainer(answer) ?? ExplainRefusal(answer.Status, Format(answer));
            default:
                return (true, ExplainSilence(failure));
        }
    }

    private (bool Transient, string Reason)? ExplainContainer(RequestFailedException answer)
    {
        if (answer.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return (false, $"there is no container '{location.Container}'; create it with "
                + $"'az storage container create --name {location.Container} --account-name {account} --auth-mode login'");
        }

        if (answer.ErrorCode == BlobErrorCode.ContainerBeingDeleted)
        {
            return (true, $"the container '{location.Container}' is being deleted; wait, or name another");
        }

        return null;
    }

    private static (bool Transient, string Reason) ExplainRefusal(int status, string shown)
    {
        switch (status)
        {
            case 401 or 403:
                return (false, $"access is denied ({shown}); check the connection string, "
                    + "or give the identity the role 'Storage Blob Data Contributor' on the container");
            case 507:
                return (false, $"its disk is full ({shown})");
            case 408 or 429 or >= 500:
                return (true, $"the server cannot do it now ({shown}); try again later");
            default:
                return (false, $"the server refuses ({shown})");
        }
    }

    private string ExplainSilence(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (IsTimeout(cause))
            {
                return "it does not answer in time; check the server and the network";
            }

            if (cause is SocketException socket)
            {
                return ExplainSocket(socket.SocketErrorCode);
            }
        }

        return "the connection broke; check the server and the network";
    }

    private static bool IsTimeout(Exception cause) => cause
        is OperationCanceledException
        or TimeoutException
        or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.TimedOut };

    private string ExplainSocket(SocketError code) => code switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            $"no host of that name is known; check the account's name ('{account}') and the network",
        SocketError.ConnectionRefused => "nothing listens there; start the server or check the address",
        _ => $"the connection failed ({code}); check the network",
    };

    private static string Format(RequestFailedException answer) =>
        string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {answer.ErrorCode}").TrimEnd();

    /// <remarks>After several tries the client throws all their exceptions together.</remarks>
    private static Exception FindLast(Exception exception)
    {
        while (exception is AggregateException { InnerExceptions.Count: > 0 } several)
        {
            exception = several.InnerExceptions[^1];
        }

        return exception;
    }
}
