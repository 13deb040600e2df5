using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared;

/// <summary>The tiny run with a second behaviour, whose queries ask for what the first has as its nontoxic set.</summary>
internal static class TwoBehaviours
{
    public const string First = "insults", Second = "bluebirds";

    /// <summary>A run of each behaviour alone, without names, and one of both.</summary>
    public static (RunSpec Insults, RunSpec Bluebirds, RunSpec Both) Of(RunSpec tiny)
    {
        var queries = tiny.Queries;
        var reversed = queries with { Toxic = queries.Nontoxic, Nontoxic = queries.Toxic };
        var both = tiny with
        {
            SchemaVersion = 2,
            Queries = new QueriesSpec
            {
                MaxLength = queries.MaxLength,
                Behaviours =
                [
                    new BehaviourSpec { Name = First, Toxic = queries.Toxic!, Nontoxic = queries.Nontoxic! },
                    new BehaviourSpec { Name = Second, Toxic = reversed.Toxic!, Nontoxic = reversed.Nontoxic! },
                ],
            },
            Selection = tiny.Selection with { Behaviours = [new BehaviourSelectionSpec { Name = Second, Window = 0, Budget = TokenBudget.OfCount(40) }] },
        };
        return (tiny, tiny with { Queries = reversed, Selection = tiny.Selection with { Window = 0, Budget = TokenBudget.OfCount(40) } }, both);
    }
}
