using System.Text.Json;
using System.Text.RegularExpressions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>Writes specifications, wrong ones too, as run files.</summary>
internal static partial class RunText
{
    public static string Write(RunSpec run) => Write(RunTable.Root.Write(run));

    public static string Write(Node node) => node switch
    {
        ScalarNode scalar => Plain().IsMatch(scalar.Text) ? scalar.Text : JsonSerializer.Serialize(scalar.Text),
        ListNode list => $"[{string.Join(", ", list.Items.Select(Write))}]",
        MappingNode mapping => $"{{ {string.Join(", ", mapping.Children.Select(child => $"{Write(child.Key)}: {Write(child.Value)}"))} }}",
        _ => throw new ArgumentException($"{node} is no node.", nameof(node)),
    };

    [GeneratedRegex(@"\A[A-Za-z0-9/.+_%-]+\z")]
    private static partial Regex Plain();
}
