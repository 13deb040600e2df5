using IfGuide.Numerics.Selection;

namespace IfGuide.Numerics.Tests.Selection;

public sealed class DocumentSelectionTests
{
    [Fact]
    public void Select_ThenDescendingInfluence_EachWhereItStillFits()
    {
        var selection = DocumentSelection.Select([1, 5, 3, 4], [2, 6, 9, 3], budget: 11);
        Assert.Equal([true, true, false, true], selection.Chosen); // 6 + 3, then 9 does not fit, and 2 does
        Assert.Equal((4, 11, true), (selection.Candidates, selection.SelectedTokens, selection.StoppedOnBudget));
    }

    [Fact]
    public void Select_BudgetForAll_ThenOnlyPositiveInfluence()
    {
        var selection = DocumentSelection.Select([-1, 0, 0.5], [1, 1, 1], budget: 3);
        Assert.Equal([false, false, true], selection.Chosen);
        Assert.Equal((1, 1, false), (selection.Candidates, selection.SelectedTokens, selection.StoppedOnBudget));
    }

    [Fact]
    public void Select_EqualInfluence_ThenTheEarlierDocument() => Assert.Equal([true, false], DocumentSelection.Select([2, 2], [4, 4], budget: 4).Chosen);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Select_InfluenceNotFinite_ThenSaysWhichDocument(double influence) =>
        Assert.Contains("document 1", Assert.Throws<InvalidDataException>(() => DocumentSelection.Select([1, influence], [1, 1], budget: 2)).Message, StringComparison.Ordinal);
}
