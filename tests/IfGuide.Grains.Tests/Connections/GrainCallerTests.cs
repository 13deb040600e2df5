using IfGuide.Client;
using IfGuide.Client.Clusters;
using Microsoft.Extensions.Time.Testing;

namespace IfGuide.Grains.Tests.Connections;

/// <summary>How long calls are repeated.</summary>
public sealed class GrainCallerTests
{
    private readonly FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
    private readonly IfGuideClientOptions options = new();

    /// <summary>A machine that sleeps for an hour in the middle of a call wakes with that call overdue, and with silos that have done nothing wrong.</summary>
    [Fact]
    public async Task CallThatOutlastsItsTimeLimit_IsOfAProcessThatDidNotRun_AndIsRepeated()
    {
        var calls = 0;
        var answer = await AnswerAsync(() =>
        {
            if (++calls > 1)
            {
                return Task.FromResult(7);
            }

            time.Advance(TimeSpan.FromHours(1));
            throw new TimeoutException("The operation has timed out.");
        });

        Assert.Equal((7, 2), (answer, calls));
    }

    /// <summary>Calls that wait for an activation which the directory does not take in time end as cancelled, far from here.</summary>
    [Fact]
    public async Task CancellationThatNobodyHereAskedFor_IsRepeated()
    {
        var calls = 0;
        var answer = await AnswerAsync(() => ++calls > 1 ? Task.FromResult(7) : Task.FromCanceled<int>(new CancellationToken(canceled: true)));

        Assert.Equal((7, 2), (answer, calls));
    }

    [Fact]
    public async Task CancellationByTheCaller_EndsTheCall()
    {
        using var source = new CancellationTokenSource();
        var asked = new GrainCaller(options, time).CallAsync("status", () => new TaskCompletionSource<int>().Task, source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task SilenceOfTheCluster_IsToldAfterTheTimeThatWasAllowed()
    {
        var started = time.GetTimestamp();
        var exception = await Assert.ThrowsAsync<ClusterUnavailableException>(() => AnswerAsync(() =>
        {
            time.Advance(options.CallTimeout);
            throw new TimeoutException("The operation has timed out.");
        }));

        Assert.InRange(time.GetElapsedTime(started), options.GiveUpAfter, options.GiveUpAfter + options.CallTimeout + TimeSpan.FromSeconds(5));
        Assert.Matches(@"^No silo answered 'status' in 3\d s: The operation has timed out\.$", exception.Message);
    }

    /// <summary>Lets the clock run on while the caller pauses between its tries.</summary>
    private async Task<int> AnswerAsync(Func<Task<int>> call)
    {
        var asked = new GrainCaller(options, time).CallAsync("status", call, TestContext.Current.CancellationToken);
        while (!asked.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await asked;
    }
}
