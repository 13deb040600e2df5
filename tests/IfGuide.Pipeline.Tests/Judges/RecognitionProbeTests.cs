using IfGuide.Pipeline.Judges;

namespace IfGuide.Pipeline.Tests.Judges;

public sealed class RecognitionProbeTests
{
    [Fact]
    public void StatesThatDiffer_AreTold_AndThoseThatDoNot_AreGuessed()
    {
        Assert.True(Share(shift: 3) > 0.95);
        Assert.InRange(Share(shift: 0), 0.35, 0.65);
        Assert.Equal(RecognitionProbe.Hits(States(1, 40, 1), States(2, 60, 0)), RecognitionProbe.Hits(States(1, 40, 1), States(2, 60, 0)));
        Assert.Equal(40, RecognitionProbe.Hits(States(1, 40, 1), States(2, 60, 0)).Length); // 20 of each label
        Assert.Empty(RecognitionProbe.Hits(States(1, 3, 1), States(2, 60, 0)));
    }

    private static double Share(double shift) => RecognitionProbe.Hits(States(1, 200, shift), States(2, 200, 0)).Average(hit => hit ? 1.0 : 0.0);

    private static float[][] States(int seed, int count, double shift)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 6).Select(place => (float)((random.NextDouble() * 2) - 1 + (place == 2 ? shift : 0))).ToArray())];
    }
}
