using IfGuide.Numerics.Training;

namespace IfGuide.Numerics.Tests.Training;

public sealed class DataOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(257)]
    public void Every_epoch_is_another_permutation_of_all_sequences(int count)
    {
        var order = new DataOrder(4, count);
        var epochs = Enumerable.Range(0, 3).Select(epoch => Enumerable.Range(0, count).Select(i => order.At((long)epoch * count + i)).ToArray()).ToArray();
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), epoch.Order()));
        if (count > 2)
        {
            Assert.NotEqual(epochs[0], epochs[1]);
            Assert.NotEqual(epochs[0], Enumerable.Range(0, count).Select(i => new DataOrder(5, count).At(i)));
        }
    }

    [Fact]
    public void A_place_is_found_without_its_past()
    {
        var order = new DataOrder(4, 50);
        var past = Enumerable.Range(0, 150).Select(i => order.At(i)).ToArray();
        Assert.Equal(past[137], new DataOrder(4, 50).At(137));
    }

    [Fact]
    public void The_rate_warms_up_and_falls_to_0()
    {
        var schedule = new LearningRateSchedule(2.0, 10, 110);
        Assert.Equal(0, schedule.ComputeRate(0));
        Assert.Equal(1.0, schedule.ComputeRate(5));
        Assert.Equal(2.0, schedule.ComputeRate(10));
        Assert.Equal(1.0, schedule.ComputeRate(60), 12);
        Assert.Equal(0, schedule.ComputeRate(110), 12);
        Assert.Equal(2.0, new LearningRateSchedule(2.0, 0, 1).ComputeRate(0));
    }

    [Fact]
    public void Only_the_last_batch_can_be_smaller()
    {
        var options = new TrainingOptions { Epochs = 3, BatchSize = 4, MicroBatchSize = 4, LearningRate = 1, Seed = 0 };
        Assert.Equal(8, options.TotalSteps(10));
        Assert.Throws<ArgumentException>(() => (options with { Warmup = 1.5 }).Validate());
        Assert.Throws<ArgumentException>(() => (options with { LearningRate = double.NaN }).Validate());
    }
}
