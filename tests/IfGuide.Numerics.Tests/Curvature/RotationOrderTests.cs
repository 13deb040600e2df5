using IfGuide.Numerics.Curvature;

namespace IfGuide.Numerics.Tests.Curvature;

public sealed class RotationOrderTests
{
    [Theory]
    [InlineData(512, 513, 2048)]
    [InlineData(512, 2049, 512)]
    [InlineData(2048, 129, 129)]
    [InlineData(16, 4096, 64)]
    [InlineData(64, 64, 4096)]
    [InlineData(300, 100, 200)]
    public void Cheapest_ThenNoOrderNeedsFewerOperations(long tokens, long inputs, long outputs)
    {
        var cheapest = RotationOrders.Operations(RotationOrders.Cheapest(tokens, inputs, outputs, outputs), tokens, inputs, outputs);
        Assert.Equal(Enum.GetValues<RotationOrder>().Min(order => RotationOrders.Operations(order, tokens, inputs, outputs)), cheapest);
    }

    /// <summary>The whole pass at Pythia-70M's shape: 430 million operations per token is the bound, forward and backward included.</summary>
    [Fact]
    public void Operations_Pythia70MAt512Tokens_ThenLambdaPassIsWithinItsBound()
    {
        const long tokens = 512, width = 512, vocabulary = 50304, layers = 6;
        var shapes = new (long In, long Out)[] { (width, 4 * width), (4 * width, width), (width, 3 * width), (width, width) };
        var weights = layers * shapes.Sum(shape => shape.In * shape.Out);
        var attention = 3 * 2 * tokens * width * layers;
        var throughModel = (4 * weights) + (4 * width * vocabulary) + attention;
        var rotations = layers * shapes.Sum(shape =>
            RotationOrders.Operations(RotationOrders.Cheapest(tokens, shape.In + 1, shape.Out, shape.Out), tokens, shape.In + 1, shape.Out)) / tokens;
        Assert.InRange((throughModel + rotations) / 1e6, 300, 430);
    }
}
