using System.Diagnostics;
using System.Globalization;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>A bridge with one network namespace for each silo. Links can be cut one by one, without a word to either end.</summary>
/// <remarks>Needs root and the kernel's namespaces. Redis, the blob server and clients are on this side of the bridge.</remarks>
internal sealed class Network : IDisposable
{
    private static int taken;
    private readonly string name;
    private readonly int subnet;
    private readonly Dictionary<string, int> hosts = [];

    private Network(int number)
    {
        subnet = number;
        name = string.Create(CultureInfo.InvariantCulture, $"ifg{number}");
    }

    public string HostAddress => Address(254);

    public static Network Create()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new InvalidOperationException("Cutting the network between silos needs network namespaces, and those need root: run the tests as root.");
        }

        var network = new Network((Environment.ProcessId + (Interlocked.Increment(ref taken) * 7)) % 250);
        Ip($"link add {network.name} type bridge");
        Ip($"addr add {network.HostAddress}/24 dev {network.name}");
        Ip($"link set {network.name} up");
        return network;
    }

    /// <summary>Makes a silo's namespace.</summary>
    /// <returns>Its line in the cluster's <c>hosts</c>.</returns>
    public string Add(string silo)
    {
        hosts[silo] = hosts.Count + 1;
        var (space, link, address) = (Space(silo), Link(silo), Address(hosts[silo]));
        Ip($"netns add {space}");
        Ip($"link add {link} type veth peer name eth0 netns {space}");
        Ip($"link set {link} master {name} up");
        Ip($"-n {space} addr add {address}/24 dev eth0");
        Ip($"-n {space} link set eth0 up");
        Ip($"-n {space} link set lo up");
        return $"{silo} {address} ip netns exec {space}";
    }

    /// <summary>Cuts a silo off from everything.</summary>
    public void Cut(string silo) => Ip($"link set {Link(silo)} down");

    /// <summary>Cuts what is between two silos; both still see all others.</summary>
    public void Cut(string one, string other)
    {
        Ip($"link set {Link(one)} type bridge_slave isolated on"); // isolated ports of a bridge see each other not at all, and the others as ever
        Ip($"link set {Link(other)} type bridge_slave isolated on");
    }

    /// <summary>Mends every link.</summary>
    public void Mend()
    {
        foreach (var silo in hosts.Keys)
        {
            Ip($"link set {Link(silo)} up");
            Ip($"link set {Link(silo)} type bridge_slave isolated off");
        }
    }

    public void Dispose()
    {
        foreach (var silo in hosts.Keys)
        {
            Ip($"netns del {Space(silo)}");
        }

        Ip($"link del {name}");
    }

    private string Space(string silo) => $"{name}-{silo}";

    private string Link(string silo) => string.Create(CultureInfo.InvariantCulture, $"{name}v{hosts[silo]}");

    private string Address(int host) => string.Create(CultureInfo.InvariantCulture, $"10.213.{subnet}.{host}");

    private static void Ip(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var said = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"'ip {arguments}' failed: {said.Trim()}");
        }
    }
}
