using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Keys;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>Takes every key of the table and breaks it in every way that its kind allows.</summary>
internal static class BrokenRuns
{
    /// <summary>Every broken run.</summary>
    public static IReadOnlyList<BrokenRun> All { get; } =
        [.. SampleRuns.All.SelectMany(run => Walk(string.Empty, RunTable.Root, run, changed => (RunSpec)changed)), .. Contradictions.All];

    /// <summary>The kind of every key that a program can set, by the key's name.</summary>
    public static IReadOnlyDictionary<string, object> Kinds { get; } = KindsBelow(string.Empty, RunTable.Root).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static IEnumerable<KeyValuePair<string, object>> KindsBelow(string prefix, ISection section)
    {
        foreach (var row in section.Rows.Where(row => !row.IsAlias))
        {
            yield return KeyValuePair.Create(prefix + row.Name, row.Kind);
            foreach (var below in row.Kind is ISection inner ? KindsBelow($"{prefix}{row.Name}.", inner) : [])
            {
                yield return below;
            }
        }
    }

    private static IEnumerable<BrokenRun> Walk(string prefix, ISection section, object record, Func<object, RunSpec> whole)
    {
        foreach (var row in section.Rows.Where(row => !row.IsAlias))
        {
            var path = prefix + row.Name;
            foreach (var (wrong, value) in WrongValues.Of(row.Kind).Concat(Missing(section, row, record)))
            {
                yield return new BrokenRun(path, wrong, whole(row.Set(record, value)), HasText: path != "run");
            }

            foreach (var below in Below(path, row, record, whole))
            {
                yield return below;
            }
        }

        foreach (var (key, beside) in section.OnlyBeside)
        {
            var other = section.Rows.First(row => row.Name == beside);
            if (section.Rows.First(row => row.Name == key).Get(record) is not null && other.Get(record) is { } value && !value.GetType().IsValueType)
            {
                yield return new BrokenRun(prefix + beside, $"not there, but {key} is", whole(other.Set(record, null)));
            }
        }
    }

    private static IEnumerable<BrokenRun> Below(string path, IKey row, object record, Func<object, RunSpec> whole) => (row.Kind, row.Get(record)) switch
    {
        (ISection inner, { } value) => Walk($"{path}.", inner, value, changed => whole(row.Set(record, changed))),
        (BehaviourMapKind<BehaviourSelectionSpec> map, IReadOnlyList<(string Name, BehaviourSelectionSpec Value)> entries) =>
            Walk($"{path}.{entries[0].Name}.", (ISection)map.Entry, entries[0].Value, changed => whole(row.Set(record, Entries((entries[0].Name, (BehaviourSelectionSpec)changed))))),
        _ => [],
    };

    /// <summary>Null, where a value must be.</summary>
    private static IEnumerable<(string Wrong, object? Value)> Missing(ISection section, IKey row, object record)
    {
        if (row.Get(record) is { } value && !value.GetType().IsValueType && IsNeeded(section, row) && value is not (Array or ClassifierChoice))
        {
            yield return ("null", null);
        }
    }

    private static bool IsNeeded(ISection section, IKey row) => section.Required.Contains(row.Name) || row.Get(section.Initial) is not null;

    private static (string Name, BehaviourSelectionSpec Value)[] Entries(params (string Name, BehaviourSelectionSpec Value)[] entries) => entries;
}
