using IfGuide.Abstractions;
using IfGuide.Cli.Settings;
using IfGuide.Client;
using IfGuide.Client.Clusters;

namespace IfGuide.Cli.Doctor;

/// <summary>Whether the cluster that is named can be reached, and who is in it.</summary>
internal static class ClusterExamination
{
    public static Finding Of(ClusterSettings cluster)
    {
        try
        {
            var silos = SilosAsync(cluster).GetAwaiter().GetResult();
            return new Finding("cluster", true, $"{cluster.Address}, id {cluster.Id}, {silos.Count} {(silos.Count == 1 ? "silo" : "silos")}: {string.Join(", ", silos.Select(silo => $"{silo.Name} ({silo.Endpoint})"))}");
        }
        catch (Exception exception) when (exception is UserErrorException or ClusterUnavailableException)
        {
            return new Finding("cluster", false, "the cluster cannot be used", exception.Message);
        }
    }

    private static async Task<IReadOnlyList<ClusterSilo>> SilosAsync(ClusterSettings cluster)
    {
        await using var connection = await ClusterConnection.OpenAsync(cluster.Address, cluster.ClientOptions);
        return await connection.SilosAsync();
    }
}
