using IfGuide.Numerics.Preference;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Training;

/// <summary>Pairs of a nontoxic and a toxic query, for preference training.</summary>
/// <remarks>
/// A toxic query is paired with the first unused nontoxic one of the same prompt; those left over are paired by their order, each with its own prompt. Queries
/// without a partner are left out. Prompts are compared as tokens, so token arrays are paired like text.
/// </remarks>
internal static class PreferencePairs
{
    public static IReadOnlyList<PreferencePair> Of(UnitContext context) =>
        [.. context.Inputs.Behaviours.SelectMany(behaviour => Of(Read(context, behaviour.Toxic), Read(context, behaviour.Nontoxic)))];

    public static IReadOnlyList<PreferencePair> Of(IReadOnlyList<PreferenceText> toxic, IReadOnlyList<PreferenceText> nontoxic)
    {
        var byPrompt = nontoxic.GroupBy(Prompt).ToDictionary(group => group.Key, group => new Queue<PreferenceText>(group));
        var partners = toxic.Select(text => byPrompt.GetValueOrDefault(Prompt(text)) is { Count: > 0 } same ? same.Dequeue() : null).ToArray();
        var used = partners.OfType<PreferenceText>().ToHashSet(ReferenceEqualityComparer.Instance);
        var rest = new Queue<PreferenceText>(nontoxic.Where(text => !used.Contains(text)));
        return [.. toxic.Select((text, index) => (Toxic: text, Clean: partners[index] ?? (rest.TryDequeue(out var next) ? next : null)))
            .Where(pair => pair.Clean is not null)
            .Select(pair => new PreferencePair(pair.Clean!, pair.Toxic))];
    }

    private static string Prompt(PreferenceText text) => string.Join(' ', text.Tokens.Take(text.FirstLabel));

    private static List<PreferenceText> Read(UnitContext context, PreparedQueries queries)
    {
        using var file = CorpusShardFile.Open(context.Store.Fetch(queries.Artifact));
        int[] ids = new int[file.Length], labels = new int[file.Length];
        var attended = new byte[file.Length];
        var texts = new List<PreferenceText>();
        for (var row = 0L; row < file.Sequences; row++)
        {
            file.InputIds(row, ids);
            file.Labels(row, labels);
            attended.AsSpan().Fill(1);
            if (file.HasAttentionMask)
            {
                file.AttentionMask(row, attended);
            }

            var start = Math.Max(0, Array.IndexOf(attended, (byte)1));
            var end = Array.LastIndexOf(attended, (byte)1) + 1;
            var first = Array.FindIndex(labels, start + 1, label => label != ISequenceSource.NoLabel);
            if (first >= 0 && first < end)
            {
                texts.Add(new PreferenceText(ids[start..end], first - start));
            }
        }

        return texts;
    }
}
