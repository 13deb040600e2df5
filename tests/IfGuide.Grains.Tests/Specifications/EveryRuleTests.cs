using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Client.RunFiles;
using IfGuide.Pipeline.Planning;
using IfGuide.Tests.Shared.Rules;

namespace IfGuide.Grains.Tests.Specifications;

/// <summary>Every key of the table, broken in every way that its kind allows: object, run file, client and coordinator say the same, before anything is stored.</summary>
public sealed class EveryRuleTests(RefusingHost host) : IClassFixture<RefusingHost>
{
    [Fact]
    public void SampleRuns_AreInOrder_AndARunFileCanSayThem()
    {
        foreach (var run in SampleRuns.All)
        {
            run.Validate();
            var read = RunFile.Parse(RunText.Write(run), "/data/some-run.yaml");
            read.Validate();
            Assert.Equal(SpecificationStore.NameOf(run.WithDefaults()), SpecificationStore.NameOf(read));
        }
    }

    [Fact]
    public void EveryKey_IsBroken()
    {
        var broken = BrokenRuns.All.Select(run => run.Key).ToHashSet();
        var missed = BrokenRuns.Kinds
            .Where(key => key.Value is not ISection && !WrongValues.IsAlwaysRight(key.Value) && !broken.Contains(key.Key))
            .Select(key => key.Key);
        Assert.Equal(["selection.behaviours"], missed); // Contradictions break it as a list of names
        Assert.True(broken.Count > 80, $"only {broken.Count} keys were broken");
    }

    [Fact]
    public void BrokenRun_IsRefusedAsAnObject_AndNamesTheKey()
    {
        foreach (var broken in BrokenRuns.All)
        {
            Assert.Contains($"'{broken.Key.Split('.')[0]}", Refusal(broken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void BrokenRun_IsRefusedAsARunFile_WithTheSameSentence()
    {
        foreach (var broken in BrokenRuns.All.Where(run => run.HasText))
        {
            var refused = Record.Exception(() => RunFile.Parse(RunText.Write(broken.Specification), "/data/broken.yaml"));
            Assert.True(refused is UserErrorException, $"{broken}: {refused}");
            Assert.Matches(@"^/data/broken\.yaml:(1:)? " + System.Text.RegularExpressions.Regex.Escape(Refusal(broken)) + "$", refused.Message);
        }
    }

    [Fact]
    public async Task BrokenRun_IsRefusedByClientAndCoordinator_BeforeAnythingIsStored()
    {
        foreach (var broken in BrokenRuns.All)
        {
            Assert.Equal(Refusal(broken), await host.ClientRefusesAsync(broken.Specification));
            if (broken.Specification.Run != default)
            {
                Assert.Equal(Refusal(broken), await host.CoordinatorRefusesAsync(broken.Specification));
            }
        }

        await host.AssertUntouchedAsync();
    }

    [Fact]
    public void EveryKey_InAFormThatNoKeyHas_IsRefusedByName()
    {
        foreach (var run in SampleRuns.All)
        {
            foreach (var (path, broken) in Misshapen(RunTable.Root.Write(run), string.Empty))
            {
                var message = Assert.Throws<UserErrorException>(() => RunFile.Parse(RunText.Write(broken), "/data/broken.yaml")).Message;
                Assert.Contains(path, message, StringComparison.Ordinal);
            }
        }
    }

    private static string Refusal(BrokenRun broken)
    {
        var refused = Record.Exception(() => broken.Specification.Validate());
        return refused is UserErrorException ? refused.Message : throw new InvalidOperationException($"{broken}: {refused?.ToString() ?? "taken"}");
    }

    /// <summary>The node with one value after the other in place of another.</summary>
    private static IEnumerable<(string Path, Node Broken)> Misshapen(Node node, string path)
    {
        if (node is not MappingNode mapping)
        {
            yield break;
        }

        foreach (var (child, place) in mapping.Children.Select((child, place) => (child, place)))
        {
            var name = path.Length == 0 ? child.Name! : $"{path}.{child.Name}";
            Node[] wrong = [ScalarNode.Empty, new ListNode([]), new ListNode([new ListNode([])]), new MappingNode([MappingEntry.Create("nonesuch", ScalarNode.Empty)])];
            foreach (var (below, changed) in wrong.Select(value => (name, value)).Concat(Misshapen(child.Value, name)))
            {
                yield return (below, mapping with { Children = [.. mapping.Children.Take(place), child with { Value = changed }, .. mapping.Children.Skip(place + 1)] });
            }
        }
    }
}
