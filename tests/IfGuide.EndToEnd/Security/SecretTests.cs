using IfGuide.EndToEnd.Harness;
using IfGuide.Tests.Shared;
using StackExchange.Redis;

namespace IfGuide.EndToEnd.Security;

/// <summary>A secret that stands in the environment or in a file stands in nothing that IfGuide says or writes, however talkative it is told to be.</summary>
[Collection("cluster")]
public sealed class SecretTests : IDisposable
{
    private const string Secret = "xyzzyMarkedSecret42";
    private static readonly Dictionary<string, string> Nothing = [];
    private readonly Workplace place = new();

    [Fact]
    public async Task RedisPassword_IsNeverSaid()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var operatorsConnection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},allowAdmin=true"))
        {
            await operatorsConnection.GetServers()[0].ConfigSetAsync("requirepass", Secret);
        }

        place.Write("password", Secret + "\n");
        Dictionary<string, string> given = new() { ["IFGUIDE_REDIS_PASSWORD"] = Secret }, inFile = new() { ["IFGUIDE_REDIS_PASSWORD_FILE"] = "password" };
        using var silo = await ProgramWith.SiloAsync(place.Folder, given, "--verbose", "--cluster", redis.Uri);
        await SaysNothingAsync(0, inFile, "list", "--json", "--verbose", "--cluster", redis.Uri);
        await SaysNothingAsync(2, given, "status", "nobody", "--json", "--verbose", "--cluster", redis.Uri);
        await SaysNothingAsync(0, given, "doctor", "--verbose", "--cluster", redis.Uri);
        Assert.Contains("lets nobody in without its password", await SaysNothingAsync(3, Nothing, "list", "--verbose", "--cluster", redis.Uri), StringComparison.Ordinal);
        await SaysNothingAsync(3, new() { ["IFGUIDE_REDIS_PASSWORD"] = Secret + "wrong" }, "list", "--verbose", "--cluster", redis.Uri);
        AssertSaysNothing(silo.Said);
        AssertSaysNothing(silo.CommandLine);
        File.Delete(place["password"]);
        AssertNothingWritten();
    }

    [Fact]
    public async Task RedisPassword_WithoutARedis_IsNeverSaid()
    {
        Dictionary<string, string> given = new() { ["IFGUIDE_REDIS_PASSWORD"] = Secret };
        await SaysNothingAsync(3, given, "list", "--verbose", "--json", "--cluster", "redis://127.0.0.1:1");
        await SaysNothingAsync(2, new() { ["IFGUIDE_REDIS_PASSWORD_FILE"] = "missing" }, "list", "--verbose", "--cluster", "redis://127.0.0.1:1");
    }

    [Theory]
    [InlineData($"redis://user:{Secret}@127.0.0.1:1", "IFGUIDE_REDIS_PASSWORD")]
    [InlineData($"redis://:{Secret}@127.0.0.1:1", "IFGUIDE_REDIS_PASSWORD")]
    [InlineData($"redis://127.0.0.1:1?password={Secret}", "is not a cluster")]
    [InlineData($"127.0.0.1:1,password={Secret}", "is not a cluster")]
    [InlineData($"redis://{Secret}:p@ss@127.0.0.1:1/", "")]
    public async Task ClusterUri_WithAPassword_IsRefusedWithoutRepeatingIt(string uri, string message)
    {
        foreach (var command in new[] { "list", "doctor", "silo" })
        {
            var said = await SaysNothingAsync(command == "doctor" ? null : 2, Nothing, command, "--verbose", "--cluster", uri);
            Assert.Contains(message, said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData($"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={Secret}==;BlobEndpoint=http://127.0.0.1:1/a;")]
    [InlineData($"AccountName=a;AccountKey=eHl6enlNYXJrZWRTZWNyZXQ0Mg==;BlobEndpoint=http://127.0.0.1:1/a;{Secret}")]
    [InlineData($"BlobEndpoint=http://127.0.0.1:1/a;SharedAccessSignature=sv=2020&sig={Secret}")]
    [InlineData(Secret)]
    public async Task AzureConnectionString_IsNeverSaid(string connection)
    {
        var given = new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = connection };
        foreach (var command in new[] { "list", "doctor" })
        {
            await SaysNothingAsync(null, given, command, "--verbose", "--json", "--store", "azure:container");
        }

        AssertNothingWritten();
    }

    public void Dispose() => place.Dispose();

    /// <summary>Runs a command to its end and looks through what it said.</summary>
    private async Task<string> SaysNothingAsync(int? expected, Dictionary<string, string> environment, params string[] arguments)
    {
        var said = await ProgramWith.RunAsync(place.Folder, expected, environment, arguments);
        AssertSaysNothing(said);
        return said;
    }

    private static void AssertSaysNothing(string said)
    {
        Assert.DoesNotContain(Secret, said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Secret)).TrimEnd('='), said, StringComparison.Ordinal);
    }

    private void AssertNothingWritten()
    {
        foreach (var file in place.Files())
        {
            AssertSaysNothing(file + File.ReadAllText(place[file]));
        }
    }
}
