using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Client.RunFiles;

/// <summary>Turns YAML's nodes into those that the rules know, each once: aliases share their anchor's, so that a small file cannot become a large tree.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class YamlNodes(string path)
{
    private readonly Dictionary<YamlNode, Node?> converted = new(ReferenceEqualityComparer.Instance);

    /// <summary>Converts a node and those below it.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="UserErrorException">An anchor contains itself.</exception>
    public Node Convert(YamlNode node)
    {
        if (converted.TryGetValue(node, out var known))
        {
            return known ?? throw new UserErrorException($"{path}:{node.Start.Line}: this is not YAML: an anchor contains itself.");
        }

        converted[node] = null;
        var line = node.Start.Line;
        Node result = node switch
        {
            YamlScalarNode scalar => new ScalarNode(scalar.Value ?? string.Empty, scalar.Style == ScalarStyle.Plain, line),
            YamlSequenceNode list => new ListNode([.. list.Children.Select(Convert)], line),
            YamlMappingNode mapping => new MappingNode([.. mapping.Children.Select(Convert)], line),
            _ => throw new UserErrorException($"{path}:{line}: this is not YAML: an alias names no anchor."),
        };
        converted[node] = result;
        return result;
    }

    private MappingEntry Convert(KeyValuePair<YamlNode, YamlNode> child) => new(Convert(child.Key), Convert(child.Value));
}
