using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Client;

/// <summary>The client over a grain factory, whichever side it is on.</summary>
public sealed class IfGuideClient : IIfGuideClient
{
    private const int Page = 64;
    private readonly IGrainFactory grains;
    private readonly IfGuideClientOptions options;
    private readonly GrainCaller caller;

    /// <summary>Creates a client.</summary>
    /// <param name="grains">A cluster client, or the grain factory of a silo in this process.</param>
    /// <param name="options">Time limits; null: the defaults.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public IfGuideClient(IGrainFactory grains, IfGuideClientOptions? options = null, TimeProvider? time = null)
    {
        this.grains = grains;
        this.options = options ?? new IfGuideClientOptions();
        caller = new GrainCaller(this.options, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public async Task<RunHandle> SubmitAsync(RunSpec specification, Stage? until = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(specification);
        specification.Validate();
        specification = specification.WithDefaults();
        await caller.CallAsync($"submit {specification.Run}", () => Find(specification.Run).Submit(specification, until), cancellationToken).ConfigureAwait(false);
        return GetRun(specification.Run);
    }

    /// <inheritdoc/>
    public RunHandle GetRun(RunId run) => new(run, () => Find(run), caller, options);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        var runs = new List<RunStatus>();
        while (true)
        {
            RunId? after = runs.Count == 0 ? null : runs[^1].Run;
            var page = await caller.CallAsync("list", () => GrainCaller.Find(() => grains.GetGrain<IRunDirectoryGrain>(0)).List(after, Page), cancellationToken).ConfigureAwait(false);
            runs.AddRange(page);
            if (page.Count < Page)
            {
                return runs;
            }
        }
    }

    private IRunGrain Find(RunId run) => GrainCaller.Find(() => grains.GetGrain<IRunGrain>(run.ToString()));
}
