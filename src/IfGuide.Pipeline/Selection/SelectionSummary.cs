using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Runs;
using MessagePack;

namespace IfGuide.Pipeline.Selection;

/// <summary>Reads the records of selections.</summary>
internal static class SelectionSummary
{
    /// <summary>The selection of one behaviour.</summary>
    public static SelectionRecord Of(RunView view, BehaviourNames behaviour) => Read<SelectionRecord>(view, behaviour.Selection);

    /// <summary>What all behaviours selected together.</summary>
    public static UnionRecord Whole(RunView view)
    {
        if (view.Names.Behaviours is not [var only])
        {
            return Read<UnionRecord>(view, view.Names.Selection);
        }

        var record = Of(view, only);
        return new UnionRecord { SelectedTokens = record.SelectedTokens, CorpusTokens = record.CorpusTokens, SelectedSequences = record.SelectedSequences, Sequences = record.Sequences };
    }

    private static T Read<T>(RunView view, string artifact) => MessagePackSerializer.Deserialize<T>(File.ReadAllBytes(view.Store.Fetch(artifact)));
}
