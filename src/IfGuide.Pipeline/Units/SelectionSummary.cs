using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using MessagePack;

namespace IfGuide.Pipeline.Units;

/// <summary>Reads the records of selections.</summary>
internal static class SelectionSummary
{
    /// <summary>The selection of one behaviour.</summary>
    public static SelectionRecord Of(UnitContext context, BehaviourNames behaviour) => Read<SelectionRecord>(context, behaviour.Selection);

    /// <summary>What all behaviours selected together.</summary>
    public static UnionRecord Whole(UnitContext context)
    {
        if (context.Names.Behaviours is not [var only])
        {
            return Read<UnionRecord>(context, context.Names.Selection);
        }

        var record = Of(context, only);
        return new UnionRecord { SelectedTokens = record.SelectedTokens, CorpusTokens = record.CorpusTokens, SelectedSequences = record.SelectedSequences, Sequences = record.Sequences };
    }

    private static T Read<T>(UnitContext context, string artifact) => MessagePackSerializer.Deserialize<T>(File.ReadAllBytes(context.Store.Fetch(artifact)));
}
