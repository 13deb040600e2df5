using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Client.RunFiles;

namespace IfGuide.Cli.Benchmarks;

/// <summary>A benchmark: a run file, seeds, and variants of it that differ in a few keys.</summary>
internal sealed record BenchmarkFile
{
    private static readonly ListKind<long> SeedList = new("a list of whole numbers of at least 0", new WholeNumberKind<long>(0));

    private static readonly TextKind ShortName =
        new("1 to 24 characters of a-z, 0-9 and '-', the first a letter or a digit", text => text.Length <= 24 && RunId.TryParse(text, out _));

    private static readonly Section<BenchmarkVariant> Variant = new(
        () => new BenchmarkVariant(),
        Key<BenchmarkVariant>.Of(
            "change",
            new MappingKind("a mapping of run file keys"),
            variant => variant.Change,
            (variant, change) => variant with { Change = change },
            "Keys of the run file, as they stand there, and what they are in this variant."),
        Key<BenchmarkVariant>.Of(
            "seeds", SeedList, variant => variant.Seeds, (variant, seeds) => variant with { Seeds = seeds }, "Its seeds, where it does not have all."))
    {
        Required = ["change"],
    };

    private static readonly Section<BenchmarkFile> Root = new(
        () => new BenchmarkFile { Name = string.Empty, Run = string.Empty, Seeds = [] },
        Key<BenchmarkFile>.Of(
            "benchmark", ShortName, file => file.Name, (file, name) => file with { Name = name },
            "Its name; its runs are called NAME-SEED and NAME-VARIANT-SEED."),
        Key<BenchmarkFile>.Of(
            "run", new PathKind("the path of a run file"), file => file.Run, (file, path) => file with { Run = path },
            "The run file; its 'run' and 'seed' are not used."),
        Key<BenchmarkFile>.Of("seeds", SeedList, file => file.Seeds, (file, seeds) => file with { Seeds = seeds }, "Seeds of the runs."),
        Key<BenchmarkFile>.Of(
            "variants",
            new BehaviourMapKind<BenchmarkVariant>(Variant),
            file => file.Variants.Select(variant => (variant.Name, variant)).ToArray(),
            (file, variants) => file with { Variants = [.. variants.Select(pair => pair.Value with { Name = pair.Name })] },
            "Variants by name."))
    {
        Required = ["benchmark", "run", "seeds"],
    };

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the run file.</summary>
    public required string Run { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>The variants, in the order of the file.</summary>
    public IReadOnlyList<BenchmarkVariant> Variants { get; init; } = [];

    /// <summary>Reads a benchmark file. Reads no other file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">The file cannot be read or says something that it cannot; the message names file and line.</exception>
    public static BenchmarkFile Read(string path) =>
        Root.Read(RunFile.Load(path, "benchmark file"), new KeyPlace(path, RunFile.FolderOf(path), Root.Names));

    /// <summary>Its runs, those of the run file itself first, seed by seed.</summary>
    /// <param name="path">The benchmark file, for messages.</param>
    /// <param name="chosen">Only these seeds; empty: all.</param>
    /// <exception cref="UserErrorException">The run file, or a variant of it, is not in order, or nothing has these seeds.</exception>
    public IReadOnlyList<BenchmarkStep> ListSteps(string path, IReadOnlyList<long> chosen)
    {
        var root = RunFile.Load(Run, "run file");
        RunFile.Read(root, Run, Run); // what is wrong with it alone is told with its own name and lines
        var steps = new List<BenchmarkStep>();
        foreach (var variant in Variants.Prepend(new BenchmarkVariant()))
        {
            var seeds = (variant.Seeds ?? Seeds).Where(seed => chosen.Count == 0 || chosen.Contains(seed));
            steps.AddRange(seeds.Select(seed => CreateStep(path, (MappingNode)root, variant, seed)));
        }

        return steps.Count > 0
            ? steps
            : throw new UserErrorException($"{path}: nothing of it has one of the seeds {string.Join(", ", chosen)}; it has {string.Join(", ", Seeds)}.");
    }

    private BenchmarkStep CreateStep(string path, MappingNode root, BenchmarkVariant variant, long seed)
    {
        string[] parts = [Name, variant.Name, seed.ToString(CultureInfo.InvariantCulture)];
        var id = string.Join('-', parts.Where(part => part.Length > 0));
        if (!RunId.TryParse(id, out var run))
        {
            throw new UserErrorException(
                $"{path}: '{id}' would be a run's id, and is too long (at most 63 characters); shorten the name of the benchmark or of the variant.");
        }

        var where = variant.Name.Length == 0 ? Run : $"{path}, variant '{variant.Name}'";
        var specification = RunFile.Read(Merge(root, variant.Change), where, Run) with { Run = run, Seed = (ulong)seed };
        InputCheck.Check(specification, where);
        return specification is { Target: not null, Evaluation: not null }
            ? new BenchmarkStep(variant.Name, specification)
            : throw new UserErrorException($"{where}: a benchmark compares trained models; add 'target' and 'evaluation'.");
    }

    /// <summary>The keys of a file with some replaced; mappings are merged, everything else is replaced as a whole.</summary>
    private static MappingNode Merge(MappingNode file, MappingNode change)
    {
        var merged = file.Children.ToList();
        foreach (var changed in change.Children)
        {
            var place = merged.FindIndex(entry => entry.Name is not null && entry.Name == changed.Name);
            if (place < 0)
            {
                merged.Add(changed);
            }
            else if (merged[place].Value is MappingNode old && changed.Value is MappingNode mapping)
            {
                merged[place] = merged[place] with { Value = Merge(old, mapping) };
            }
            else
            {
                merged[place] = merged[place] with { Value = changed.Value };
            }
        }

        return file with { Children = merged };
    }
}
