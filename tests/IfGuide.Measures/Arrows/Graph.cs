namespace IfGuide.Measures.Arrows;

/// <summary>Which names use which, for files or for folders.</summary>
public sealed class Graph
{
    private readonly SortedDictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);

    /// <summary>A graph of <paramref name="nodes"/> without arrows.</summary>
    public Graph(IEnumerable<string> nodes)
    {
        foreach (var node in nodes)
        {
            uses.TryAdd(node, new SortedSet<string>(StringComparer.Ordinal));
        }
    }

    /// <summary>The nodes, in the order of their names.</summary>
    public IReadOnlyCollection<string> Nodes => uses.Keys;

    /// <summary>Adds that <paramref name="from"/> uses <paramref name="to"/>; itself does not count.</summary>
    public void Add(string from, string to)
    {
        if (from != to)
        {
            uses[from].Add(to);
        }
    }

    /// <summary>What <paramref name="node"/> uses.</summary>
    public IReadOnlyCollection<string> GetUses(string node) => uses[node];

    /// <summary>The circles: largest sets of at least two nodes that all reach each other, largest first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FindCircles()
    {
        var circles = FindComponents().Where(component => component.Count > 1);
        return [.. circles.OrderByDescending(circle => circle.Count).ThenBy(circle => circle[0], StringComparer.Ordinal)];
    }

    /// <summary>Nodes by floor: floor 0 uses none, each other node stands one above the highest that it uses. Nodes of a circle share a floor.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FindFloors()
    {
        var floors = new Dictionary<string, int>();
        foreach (var component in FindComponents())
        {
            var below = component.SelectMany(GetUses).Where(used => !component.Contains(used)).Select(used => floors[used]);
            var floor = below.Append(-1).Max() + 1;
            foreach (var node in component)
            {
                floors[node] = floor;
            }
        }

        var grouped = floors.GroupBy(pair => pair.Value, pair => pair.Key).OrderBy(floor => floor.Key);
        return [.. grouped.Select(floor => floor.Order(StringComparer.Ordinal).ToList())];
    }

    /// <summary>Strongly connected components by Tarjan's algorithm: each comes after those that it uses.</summary>
    private List<List<string>> FindComponents()
    {
        var search = new ComponentSearch(this);
        foreach (var node in Nodes)
        {
            search.Visit(node);
        }

        return search.Components;
    }

    private sealed class ComponentSearch(Graph graph)
    {
        private readonly Dictionary<string, int> order = [];
        private readonly Dictionary<string, int> lowest = [];
        private readonly Stack<string> open = new();
        private readonly HashSet<string> isOpen = [];

        public List<List<string>> Components { get; } = [];

        public void Visit(string node)
        {
            if (!order.TryAdd(node, order.Count))
            {
                return;
            }

            lowest[node] = order[node];
            open.Push(node);
            isOpen.Add(node);
            foreach (var used in graph.GetUses(node))
            {
                Visit(used);
                if (isOpen.Contains(used))
                {
                    lowest[node] = Math.Min(lowest[node], lowest[used]);
                }
            }

            if (lowest[node] == order[node])
            {
                Close(node);
            }
        }

        private void Close(string root)
        {
            var component = new List<string>();
            string node;
            do
            {
                node = open.Pop();
                isOpen.Remove(node);
                component.Add(node);
            }
            while (node != root);
            component.Sort(StringComparer.Ordinal);
            Components.Add(component);
        }
    }
}
