using IfGuide.Storage.Overlap;

namespace IfGuide.Storage.Tests.Overlap;

public sealed class SetOverlapTests
{
    [Theory]
    [InlineData("Hello  you", " hello\tYOU\n", true)]
    [InlineData("caf\u00e9", "cafe\u0301", true)]
    [InlineData("a-b", "a b", false)]
    [InlineData("Hello you", "Hello you!", false)]
    [InlineData("", " ", false)]
    public void Texts_AreTheSame_UpToCaseSpaceAndNormalForm(string first, string second, bool same)
    {
        var overlap = SetOverlap.Compare(Set("a", ("x", first)), Set("b", ("y", second)));
        Assert.Equal(same ? (1L, 1L) : (0L, 0L), (overlap.Wholes.InFirst, overlap.Wholes.InSecond));
        Assert.Equal((0L, 0L), (overlap.Prompts.InFirst, overlap.Prompts.InSecond));
    }

    /// <summary>As the reference's own files: 46 of 100 prompts of the evaluation are queries, with other continuations.</summary>
    [Fact]
    public void SharedPrompts_AreCountedOnBothSides_AndNamed()
    {
        var queries = Set("queries.toxic", [.. Enumerable.Range(0, 60).Select(i => ($"prompt {i} ", $"prompt {i} goes on {i}"))]);
        var prompts = Set("evaluation.prompts", [.. Enumerable.Range(14, 100).Select(i => ($"Prompt {i}", $"Prompt {i}"))]);
        var overlap = SetOverlap.Compare(queries, prompts);
        Assert.Equal((60L, 100L), (overlap.FirstTexts, overlap.SecondTexts));
        Assert.Equal((46L, 46L), (overlap.Prompts.InFirst, overlap.Prompts.InSecond));
        Assert.Equal(0, overlap.Wholes.InSecond);
        Assert.Equal(SharedTexts.Named, overlap.Prompts.Places.Count);
        Assert.Equal(["queries.toxic.jsonl, line 15", "evaluation.prompts.jsonl, line 1"], overlap.Prompts.Places[0]);
    }

    [Fact]
    public void RepeatedTexts_CountEachTime()
    {
        var overlap = SetOverlap.Compare(Set("a", ("p", "w"), ("p", "v")), Set("b", ("p", "u"), ("q", "u"), ("p", "v")));
        Assert.Equal((2L, 2L), (overlap.Prompts.InFirst, overlap.Prompts.InSecond));
        Assert.Equal((1L, 1L), (overlap.Wholes.InFirst, overlap.Wholes.InSecond));
    }

    private static TextSet Set(string name, params (string Prompt, string Whole)[] texts) =>
        new(name, [.. texts.Select((text, i) => new ComparedText($"{name}.jsonl", i + 1, text.Prompt == "x" || text.Prompt == "y" ? string.Empty : text.Prompt, text.Whole))]);
}
