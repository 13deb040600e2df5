using IfGuide.Numerics.Models.Operations;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models.Operations;

public sealed class RotaryEmbeddingTests
{
    /// <summary>Llama 3.2's numbers, compared with the formula in terms of wavelengths, as Hugging Face writes it.</summary>
    [Fact]
    public void Frequencies_OfLlama3_FollowWavelengths()
    {
        var configuration = TestModels.Configuration("llama") with { HeadSize = 64, RotaryBase = 500000, RopeScaling = new RopeScaling(32, 1, 4, 8192) };
        var actual = RotaryEmbedding.ComputeFrequencies(configuration);
        var (kept, between, divided) = (0, 0, 0);
        for (var pair = 0; pair < 32; pair++)
        {
            var plain = 1 / Math.Pow(500000, pair / 32.0);
            var wavelength = 2 * Math.PI / plain;
            var expected = plain;
            if (wavelength > 8192.0 / 1)
            {
                expected = plain / 32;
                divided++;
            }
            else if (wavelength >= 8192.0 / 4)
            {
                var smooth = (8192 / wavelength - 1) / (4 - 1);
                expected = (1 - smooth) * plain / 32 + smooth * plain;
                between++;
            }
            else
            {
                kept++;
            }

            Assert.Equal(expected, actual[pair], 1e-15);
        }

        Assert.True(kept > 0 && between > 0 && divided > 0, "every branch must occur");
    }

    [Fact]
    public void Apply_AtTwoPositions_TurnsEachPairByItsAngle()
    {
        using var scope = NewDisposeScope();
        var configuration = TestModels.Configuration("neox"); // 4 of 6 features rotate
        using var rotary = new RotaryEmbedding(configuration, ScalarType.Float64, CPU);
        var heads = randn([1, 3, 2, 6], ScalarType.Float64);
        var actual = rotary.Apply(heads, 5);
        for (var position = 0; position < 3; position++)
        {
            for (var pair = 0; pair < 2; pair++)
            {
                var angle = (5 + position) * Math.Pow(10000, -pair / 2.0);
                var (x, y) = (heads[0, position, 1, pair].item<double>(), heads[0, position, 1, pair + 2].item<double>());
                Assert.Equal(x * Math.Cos(angle) - y * Math.Sin(angle), actual[0, position, 1, pair].item<double>(), 1e-13);
                Assert.Equal(y * Math.Cos(angle) + x * Math.Sin(angle), actual[0, position, 1, pair + 2].item<double>(), 1e-13);
            }
        }

        TensorAssert.Close(heads.narrow(3, 4, 2), actual.narrow(3, 4, 2), 0);
    }
}
