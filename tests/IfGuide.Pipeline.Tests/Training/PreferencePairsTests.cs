using IfGuide.Numerics.Preference;
using IfGuide.Pipeline.Training;

namespace IfGuide.Pipeline.Tests.Training;

public sealed class PreferencePairsTests
{
    [Fact]
    public void Queries_ArePairedByPromptFirst_ThenInOrder()
    {
        PreferenceText[] toxic = [Text([1, 2], 50), Text([3], 51), Text([1, 2], 52), Text([9], 53), Text([9], 54)];
        PreferenceText[] clean = [Text([4], 60), Text([1, 2], 61), Text([5], 62), Text([3], 63)];

        var pairs = PreferencePairs.Of(toxic, clean);

        // 50 and 51 find their prompts; 52 and 53 take what is left, in order; nothing is left for 54.
        Assert.Equal([(61, 50), (63, 51), (60, 52), (62, 53)], pairs.Select(pair => (pair.Preferred.Tokens[^1], pair.Rejected.Tokens[^1])));
        Assert.Equal([4], pairs[2].Preferred.Tokens.Take(pairs[2].Preferred.FirstLabel)); // each keeps its own prompt
    }

    private static PreferenceText Text(int[] prompt, int completion) => new([.. prompt, completion], prompt.Length);
}
