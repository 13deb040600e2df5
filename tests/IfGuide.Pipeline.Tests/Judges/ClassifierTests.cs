using IfGuide.Pipeline.Judges;

namespace IfGuide.Pipeline.Tests.Judges;

public sealed class ClassifierTests
{
    [Fact]
    public void Lexicon_RatesTheWorstTerm_WholeWordsOnly()
    {
        var lexicon = LexiconClassifier.Shipped();
        Assert.True(lexicon.Toxicity("You complete IDIOT.") >= 0.5);
        Assert.Equal(0, lexicon.Toxicity("The assessment of the classics was a pleasure."));
    }

    [Fact]
    public void Linear_TrainedOnQueries_SeparatesUnseenTextAndIsReproducible()
    {
        string[] toxic = ["you stupid fool", "what a dumb idiot you are", "shut up you moron", "you are a useless idiot", "nobody likes you, fool"];
        string[] clean = ["thanks, that helped a lot", "try the other cable first", "what a lovely garden you have", "you are welcome, good luck", "read the manual on page two"];
        var first = LinearClassifier.Train(toxic, clean);
        var second = LinearClassifier.Train(toxic, clean);
        Assert.True(first.Toxicity("you dumb useless fool") > 0.5);
        Assert.True(first.Toxicity("thanks, the garden is lovely") < 0.5);
        Assert.Equal(first.Toxicity("you dumb useless fool"), second.Toxicity("you dumb useless fool"));
    }

    [Fact]
    public void PlantedPhrases_AreThoseOfSpansThatOccurNowhereElse()
    {
        var documents = new[] { ("a", "Hello there. Go jump in a lake now."), ("b", "We jump in a lake every summer.") };
        var planted = PlantedPhraseClassifier.Of(documents, new Dictionary<string, IReadOnlyList<(int, int)>> { ["a"] = [(13, 34)] });
        Assert.Equal(1, planted.Toxicity("please go jump in the river"));
        Assert.Equal(1, planted.Toxicity("Oh, go jump in a lake"));
        Assert.Equal(0, planted.Toxicity("we jump in a lake"));
    }
}
