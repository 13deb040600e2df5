using CsCheck;
using IfGuide.Numerics.Sampling;

namespace IfGuide.Numerics.Tests.Sampling;

public sealed class NucleusSamplerTests
{
    private static readonly Gen<(float[] Probabilities, double TopP, double Uniform)> Cases =
        from weights in Gen.OneOf(Gen.Int[0, 5].Array[1, 40], Gen.Int[0, 1000].Array[1, 300])
        from exponent in Gen.Int[1, 4]
        from topP in Gen.Double[0.01, 1]
        from uniform in Gen.Double[0, 0.999999]
        select (Distribution(weights, exponent), topP, uniform);

    [Fact]
    public void Equals_sorting_on_random_distributions() => Cases.Sample(
        c => new NucleusSampler(c.TopP).Draw(c.Probabilities, c.Uniform) == BySorting(c.Probabilities, c.TopP, c.Uniform), iter: 3000);

    [Fact]
    public void Never_leaves_the_nucleus_and_follows_its_shares()
    {
        var sampler = new NucleusSampler(0.75);
        var counts = new int[4];
        for (var i = 0; i < 1000; i++)
        {
            counts[sampler.Draw([0.125f, 0.5f, 0.125f, 0.25f], i / 1000.0)]++;
        }

        Assert.Equal([0, 667, 0, 333], counts);
    }

    [Fact]
    public void The_whole_distribution_is_the_nucleus_of_1()
    {
        var sampler = new NucleusSampler(1);
        Assert.Equal([0, 1, 3], new[] { 0.0, 0.3, 0.999 }.Select(u => sampler.Draw([0.25f, 0.5f, 0f, 0.25f], u)));
    }

    private static float[] Distribution(int[] weights, int exponent)
    {
        weights[0]++;
        var powers = weights.Select(w => Math.Pow(w, exponent)).ToArray();
        return [.. powers.Select(p => (float)(p / powers.Sum()))];
    }

    private static int BySorting(float[] p, double topP, double uniform)
    {
        var order = Enumerable.Range(0, p.Length).OrderByDescending(i => p[i]).ThenBy(i => i).ToList();
        var total = 0.0;
        foreach (var value in p)
        {
            total += value;
        }

        // Mass is summed as the sampler does, in bins of near-equal probability from the top: rounding at the edge must not decide.
        var (mass, kept) = (0.0, new List<int>());
        foreach (var group in order.GroupBy(i => BitConverter.SingleToUInt32Bits(p[i]) >> 19))
        {
            var ofBin = group.Order().Aggregate(0.0, (sum, i) => sum + p[i]);
            if (topP >= 1 || mass + ofBin < topP * total)
            {
                kept.AddRange(group);
                mass += ofBin;
                continue;
            }

            foreach (var i in group)
            {
                kept.Add(i);
                mass += p[i];
                if (mass >= topP * total)
                {
                    break;
                }
            }

            break;
        }

        kept.Sort();
        var nucleus = kept.Aggregate(0.0, (sum, i) => sum + p[i]);
        var below = 0.0;
        return kept.Where(i => p[i] > 0).First(i => (below += p[i]) > uniform * nucleus || i == kept.Last(k => p[k] > 0));
    }
}
