using System.Net;
using IfGuide.Grains.Membership;

namespace IfGuide.Grains.Tests.Membership;

/// <summary>Who is evicted when silos do not see each other. All silos of a test live in one simulated network, in which links can be cut.</summary>
public sealed class SiloMeshTests
{
    private static readonly ReachabilityOptions Options = new();

    /// <summary>The cut that membership alone would never end: the compute silo goes, whichever control silo it is cut from.</summary>
    [Theory]
    [InlineData("C1", "W1", "W1")]
    [InlineData("C2", "W1", "W1")]
    [InlineData("C2", "W2", "W2")]
    [InlineData("C1", "C2", "C2")]
    [InlineData("W1", "W2", "W2")]
    public void OneLink_TheJuniorGoesAndNobodyElse(string one, string other, string evicted)
    {
        var network = new Mesh("C1", "C2", "W1", "W2");
        network.Cut(one, other);

        Assert.Equal([evicted], network.Run(TimeSpan.FromSeconds(30)));
        Assert.InRange(network.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }

    /// <summary>Before it would be a nuisance to a busy machine, nothing is done.</summary>
    [Fact]
    public void ShortCut_EvictsNobody()
    {
        var network = new Mesh("C1", "C2", "W1", "W2");
        network.Cut("C1", "W1");
        Assert.Empty(network.Run(TimeSpan.FromSeconds(7)));

        network.Mend();
        Assert.Empty(network.Run(TimeSpan.FromSeconds(30)));
    }

    /// <summary>A silo that nobody sees, the most senior included, goes; it takes nobody with it.</summary>
    [Theory]
    [InlineData("C1")]
    [InlineData("C2")]
    [InlineData("W1")]
    public void CutOffSilo_GoesAlone(string alone)
    {
        var network = new Mesh("C1", "C2", "W1", "W2", "W3");
        network.Isolate(alone);

        Assert.Equal([alone], network.Run(TimeSpan.FromSeconds(60)));
    }

    /// <summary>A silo whose link to most others is bad goes, however old it is, not they.</summary>
    [Fact]
    public void SiloThatMostMiss_GoesAlone()
    {
        var network = new Mesh("C1", "C2", "W1", "W2", "W3", "W4");
        network.Cut("W1", "W2");
        network.Cut("W1", "W3");
        network.Cut("W1", "W4");

        Assert.Equal(["W1"], network.Run(TimeSpan.FromSeconds(60)));
    }

    /// <summary>Of two halves one remains whole: they do not evict each other.</summary>
    [Fact]
    public void Halves_TheSeniorOneRemains()
    {
        var network = new Mesh("C1", "C2", "W1", "W2");
        foreach (var (one, other) in new[] { ("C1", "C2"), ("C1", "W2"), ("W1", "C2"), ("W1", "W2") })
        {
            network.Cut(one, other);
        }

        Assert.Equal(["C2", "W2"], network.Run(TimeSpan.FromSeconds(60)).Order());
    }

    /// <summary>The last that coordinates and the last that computes stay, since nothing could go on without them; nor do two silos judge each other.</summary>
    [Theory]
    [InlineData("C1 W1", "C1", "W1")]
    [InlineData("C1 W1 C2", "C1", "W1")]
    [InlineData("C1 W1 W2", "W1", "W2", "W2")]
    public void LastOfItsKind_Stays(string silos, string one, string other, params string[] evicted)
    {
        var network = new Mesh(silos.Split(' '));
        network.Cut(one, other);

        Assert.Equal(evicted, network.Run(TimeSpan.FromSeconds(60)));
    }

    /// <summary>A process that was frozen blames nobody when it wakes up: it is its own clock that jumped.</summary>
    [Fact]
    public void FrozenSilo_AccusesNobodyWhenItWakes()
    {
        var members = new[] { Mesh.Member("C1", 1), Mesh.Member("W1", 2), Mesh.Member("W2", 3) };
        var mesh = new SiloMesh(members[0].Silo, Options);
        mesh.Update(members, Mesh.Start);
        mesh.Answered(members[1].Silo, [], Mesh.Start);
        mesh.Answered(members[2].Silo, [], Mesh.Start);

        mesh.Update(members, Mesh.Start + TimeSpan.FromMinutes(1));
        mesh.Answered(members[2].Silo, [], Mesh.Start + TimeSpan.FromMinutes(1));

        Assert.Empty(mesh.Missed);
        Assert.Null(mesh.FindEviction());
    }

    private sealed class Mesh
    {
        public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private readonly Dictionary<string, MeshMember> members;
        private readonly Dictionary<string, SiloMesh> views;
        private readonly HashSet<(string One, string Other)> cuts = [];
        private DateTimeOffset now = Start;

        public Mesh(params string[] names)
        {
            members = names.Select((name, index) => (name, member: Member(name, index + 1))).ToDictionary(pair => pair.name, pair => pair.member);
            views = members.ToDictionary(pair => pair.Key, pair => new SiloMesh(pair.Value.Silo, Options));
            Run(TimeSpan.FromSeconds(5));
        }

        /// <summary>From the start of the last run to the last eviction in it.</summary>
        public TimeSpan Elapsed { get; private set; }

        public static MeshMember Member(string name, int number) =>
            new(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1000 + number), number), name.StartsWith('C'), name.StartsWith('W'));

        public void Cut(string one, string other) => cuts.UnionWith([(one, other), (other, one)]);

        public void Isolate(string silo)
        {
            foreach (var other in members.Keys.Where(other => other != silo))
            {
                Cut(silo, other);
            }
        }

        public void Mend() => cuts.Clear();

        /// <summary>Lets time pass.</summary>
        /// <returns>The silos that were evicted, in order.</returns>
        public List<string> Run(TimeSpan duration)
        {
            var evicted = new List<string>();
            var begun = now;
            for (var end = now + duration; now < end; now += Options.Period)
            {
                foreach (var (name, view) in views)
                {
                    view.Update(members.Values, now);
                    foreach (var other in members.Keys.Where(other => other != name && !cuts.Contains((name, other))))
                    {
                        view.Answered(members[other].Silo, views[other].Missed, now);
                    }
                }

                var judged = views.Select(view => view.Value.FindEviction()).OfType<SiloAddress>().Distinct().ToArray(); // all at the same moment, before any hears of it
                foreach (var name in members.Where(member => judged.Contains(member.Value.Silo)).Select(member => member.Key).ToArray())
                {
                    evicted.Add(name);
                    members.Remove(name);
                    views.Remove(name);
                    Elapsed = now - begun;
                }
            }

            return evicted;
        }
    }
}
