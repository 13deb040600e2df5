using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using MessagePack;

namespace IfGuide.Pipeline.Units;

/// <summary>Reads the selection's record.</summary>
internal static class SelectionSummary
{
    public static SelectionRecord Read(UnitContext context) =>
        MessagePackSerializer.Deserialize<SelectionRecord>(File.ReadAllBytes(context.Store.Fetch(context.Names.Selection)));
}
