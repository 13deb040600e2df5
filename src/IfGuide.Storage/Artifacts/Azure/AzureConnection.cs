using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using IfGuide.Abstractions;

namespace IfGuide.Storage.Artifacts.Azure;

/// <summary>The way to an account, from the environment. Nothing is asked of the server here.</summary>
internal static class AzureConnection
{
    /// <summary>A connection string.</summary>
    public const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>A file that holds a connection string.</summary>
    public const string ConnectionStringFile = "AZURE_STORAGE_CONNECTION_STRING_FILE";

    /// <summary>An account's name; the identity of the process is used (<see cref="DefaultAzureCredential"/>).</summary>
    public const string Account = "AZURE_STORAGE_ACCOUNT";

    /// <summary>The account name of every emulator.</summary>
    public const string EmulatorAccount = "devstoreaccount1";

    private static readonly Lazy<TokenCredential> Identity = new(() => new DefaultAzureCredential());

    /// <summary>The client of a container.</summary>
    /// <param name="location">The store.</param>
    /// <param name="environment">Reads a variable; null where it is not set.</param>
    /// <param name="options">Retries and timeouts.</param>
    /// <exception cref="UserErrorException">
    /// No variable says how to get in, or one cannot be understood. The message never repeats its value.
    /// </exception>
    public static BlobContainerClient Open(AzureLocation location, Func<string, string?> environment, BlobClientOptions options)
    {
        if (ReadVariable(environment, ConnectionString) is { } text)
        {
            return OpenFromText(location, text, ConnectionString, options);
        }

        if (ReadVariable(environment, ConnectionStringFile) is { } file)
        {
            return OpenFromText(location, ReadFile(file), $"The file '{file}' ({ConnectionStringFile})", options);
        }

        if (ReadVariable(environment, Account) is { } account)
        {
            return OpenFromAccount(location, account, options);
        }

        throw new UserErrorException(
            $"The store '{location}' needs credentials: set {ConnectionString} (or {ConnectionStringFile}, a file that holds it), "
            + $"or set {Account} and sign in ('az login', a managed or workload identity). "
            + $"For a local emulator set {ConnectionString}=UseDevelopmentStorage=true.");
    }

    private static BlobContainerClient OpenFromAccount(AzureLocation location, string account, BlobClientOptions options)
    {
        if (account.Length is < 3 or > 24 || !account.All(char.IsAsciiLetterOrDigit))
        {
            throw new UserErrorException(
                $"{Account} is not the name of a storage account: expected 3 to 24 lower-case letters and digits.");
        }

        var service = new BlobServiceClient(new Uri($"https://{account}.blob.core.windows.net"), Identity.Value, options);
        return service.GetBlobContainerClient(location.Container);
    }

    private static BlobContainerClient OpenFromText(
        AzureLocation location, string text, string origin, BlobClientOptions options)
    {
        try
        {
            return new BlobContainerClient(text, location.Container, options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // The parser's message may repeat a part of the text, and with it a key.
            throw new UserErrorException(
                $"{origin} holds no connection string of a storage account: expected DefaultEndpointsProtocol=...;AccountName=...;AccountKey=..., "
                + "as the portal or 'az storage account show-connection-string' gives it.");
        }
    }

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"The file '{file}' that {ConnectionStringFile} names cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A variable's value without white space around it; null when nothing is left.</summary>
    private static string? ReadVariable(Func<string, string?> environment, string name)
    {
        var value = environment(name)?.Trim();
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        return value;
    }
}
