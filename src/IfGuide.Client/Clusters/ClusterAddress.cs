using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IfGuide.Abstractions;
using StackExchange.Redis;

namespace IfGuide.Client.Clusters;

/// <summary>Which cluster: the Redis that holds its membership, and its id there. Holds no secret: the password comes from the environment.</summary>
public sealed partial record ClusterAddress
{
    private const string Scheme = "redis";
    private const string EncryptedScheme = "rediss";
    private const int DefaultPort = 6379;
    private const string PasswordVariable = "IFGUIDE_REDIS_PASSWORD";
    private const string PasswordFileVariable = "IFGUIDE_REDIS_PASSWORD_FILE";
    private const string Expected = "expected redis://HOST:PORT, or rediss://HOST:PORT for Redis over TLS";

    private ClusterAddress(string host, int port, bool encrypted, string id)
    {
        Host = host;
        Port = port;
        Encrypted = encrypted;
        Id = id;
    }

    /// <summary>The host of Redis: a name or an address.</summary>
    public string Host { get; }

    /// <summary>The port of Redis.</summary>
    public int Port { get; }

    /// <summary>Whether Redis is spoken to over TLS.</summary>
    public bool Encrypted { get; }

    /// <summary>The cluster's id, which tells clusters over one Redis apart. It routes, and protects nothing.</summary>
    public string Id { get; }

    /// <summary>Reads an address.</summary>
    /// <param name="uri"><c>redis://HOST:PORT</c> or <c>rediss://HOST:PORT</c>.</param>
    /// <param name="id">The cluster's id: 1 to 63 characters of a–z, 0–9 and hyphen.</param>
    /// <exception cref="UserErrorException">It has another form, or holds a password.</exception>
    public static ClusterAddress Parse(string uri, string id = "ifguide")
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || parsed.Scheme is not (Scheme or EncryptedScheme) || parsed.Host.Length == 0 || parsed.PathAndQuery is not ("" or "/"))
        {
            throw new UserErrorException($"--cluster '{Shown(uri)}' is not a cluster; {Expected}.");
        }

        if (parsed.UserInfo.Length > 0)
        {
            throw new UserErrorException($"--cluster holds a password, which every process list would show; name redis://HOST:PORT and put it into {PasswordVariable} or into a file that {PasswordFileVariable} names.");
        }

        return IdPattern().IsMatch(id)
            ? new ClusterAddress(parsed.IdnHost, parsed.Port > 0 ? parsed.Port : DefaultPort, parsed.Scheme == EncryptedScheme, id)
            : throw new UserErrorException($"--cluster-id '{id}' is not an id; expected 1 to 63 characters of a-z, 0-9 and '-', the first a letter or a digit.");
    }

    /// <summary>How to speak to Redis, with the password that the environment holds.</summary>
    /// <exception cref="UserErrorException">The file that holds the password cannot be read.</exception>
    public ConfigurationOptions ToConfiguration() => new()
    {
        EndPoints = { { Host, Port } },
        ClientName = "ifguide",
        Ssl = Encrypted,
        SslHost = Encrypted ? Host : null,
        Password = ReadPassword(),
        ConnectTimeout = 3000,
        AsyncTimeout = 5000,
        SyncTimeout = 5000,
        // Redis that comes back is noticed within a second or two, not after a growing wait.
        ReconnectRetryPolicy = new LinearRetry(1000),
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host.Trim('[', ']')}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"{(Encrypted ? EncryptedScheme : Scheme)}://{host}:{Port}");
    }

    private static string? ReadPassword()
    {
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password)
        {
            return password;
        }

        if (Environment.GetEnvironmentVariable(PasswordFileVariable) is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(file, Encoding.UTF8).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{PasswordFileVariable} names '{file}', which cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What may be repeated to a person of something that is no address: nothing before an @, nothing after the host.</summary>
    private static string Shown(string uri)
    {
        var rest = uri[(uri.LastIndexOf('@') + 1)..];
        var end = rest.IndexOfAny(['?', '#', ',', ';', '=']);
        return end < 0 ? rest : rest[..end] + "…";
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
