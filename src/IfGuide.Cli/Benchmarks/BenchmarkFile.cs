using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.RunFiles;
using IfGuide.Cli.RunFiles.Values;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.Benchmarks;

/// <summary>A benchmark: a run file, seeds, and variants of it that differ in a few keys.</summary>
internal sealed record BenchmarkFile
{
    private static readonly ListKind<long> SeedList = new("a list of whole numbers of at least 0", new WholeNumberKind(0));

    private static readonly Section<BenchmarkVariant> Variant = new(
        () => new BenchmarkVariant { Change = new YamlMappingNode() },
        Key.Of("change", new MappingKind("a mapping of run file keys"), (BenchmarkVariant variant, YamlMappingNode change) => variant with { Change = change }, "Keys of the run file, as they stand there, and what they are in this variant."),
        Key.Of("seeds", SeedList, (BenchmarkVariant variant, IReadOnlyList<long> seeds) => variant with { Seeds = seeds }, "Its seeds, where it does not have all."))
    {
        Required = ["change"],
    };

    private static readonly Section<BenchmarkFile> Root = new(
        () => new BenchmarkFile { Name = string.Empty, Run = string.Empty, Seeds = [] },
        Key.Of("benchmark", new TextKind("1 to 24 characters of a-z, 0-9 and '-', the first a letter or a digit", text => text.Length <= 24 && RunId.TryParse(text, out _)), (BenchmarkFile file, string name) => file with { Name = name },
            "Its name; its runs are called NAME-SEED and NAME-VARIANT-SEED."),
        Key.Of("run", new PathKind("the path of a run file"), (BenchmarkFile file, string path) => file with { Run = path }, "The run file; its 'run' and 'seed' are not used."),
        Key.Of("seeds", SeedList, (BenchmarkFile file, IReadOnlyList<long> seeds) => file with { Seeds = seeds }, "Seeds of the runs."),
        Key.Of("variants", new BehaviourMapKind<BenchmarkVariant>(Variant), (BenchmarkFile file, IReadOnlyList<(string Name, BenchmarkVariant Variant)> variants) => file with { Variants = [.. variants.Select(pair => pair.Variant with { Name = pair.Name })] },
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
    public static BenchmarkFile Read(string path) => Root.Read(RunFile.Load(path, "benchmark file"), new KeyPlace(path, Path.GetDirectoryName(Path.GetFullPath(path))!, string.Empty));

    /// <summary>Its runs, those of the run file itself first, seed by seed.</summary>
    /// <param name="path">The benchmark file, for messages.</param>
    /// <param name="chosen">Only these seeds; empty: all.</param>
    /// <exception cref="UserErrorException">The run file, or a variant of it, is not in order, or nothing has these seeds.</exception>
    public IReadOnlyList<BenchmarkStep> Steps(string path, IReadOnlyList<long> chosen)
    {
        var root = RunFile.Load(Run, "run file");
        RunFile.Read(root, Run, Run); // what is wrong with it alone is told with its own name and lines
        var steps = Variants.Prepend(new BenchmarkVariant { Change = new YamlMappingNode() }).SelectMany(variant => (variant.Seeds ?? Seeds).Where(seed => chosen.Count == 0 || chosen.Contains(seed)).Select(seed => Step(path, (YamlMappingNode)root, variant, seed))).ToArray();
        return steps.Length > 0 ? steps : throw new UserErrorException($"{path}: nothing of it has one of the seeds {string.Join(", ", chosen)}; it has {string.Join(", ", Seeds)}.");
    }

    private BenchmarkStep Step(string path, YamlMappingNode root, BenchmarkVariant variant, long seed)
    {
        var id = string.Join('-', new[] { Name, variant.Name, seed.ToString(System.Globalization.CultureInfo.InvariantCulture) }.Where(part => part.Length > 0));
        if (!RunId.TryParse(id, out var run))
        {
            throw new UserErrorException($"{path}: '{id}' would be a run's id, and is too long (at most 63 characters); shorten the name of the benchmark or of the variant.");
        }

        var where = variant.Name.Length == 0 ? Run : $"{path}, variant '{variant.Name}'";
        var specification = RunFile.Read(Changed(root, variant.Change), where, Run) with { Run = run, Seed = (ulong)seed };
        InputFiles.Check(specification, where);
        return specification is { Target: not null, Evaluation: not null }
            ? new BenchmarkStep(variant.Name, specification)
            : throw new UserErrorException($"{where}: a benchmark compares trained models; add 'target' and 'evaluation'.");
    }

    /// <summary>The keys of a file with some replaced; mappings are merged, everything else is replaced as a whole.</summary>
    private static YamlMappingNode Changed(YamlMappingNode file, YamlMappingNode change)
    {
        var changed = new YamlMappingNode();
        foreach (var (key, value) in file.Children)
        {
            changed.Add(key, !change.Children.TryGetValue(key, out var other) ? value : (value, other) is (YamlMappingNode old, YamlMappingNode mapping) ? Changed(old, mapping) : other);
        }

        foreach (var (key, value) in change.Children.Where(pair => !file.Children.ContainsKey(pair.Key)))
        {
            changed.Add(key, value);
        }

        return changed;
    }
}

/// <summary>What a variant changes.</summary>
internal sealed record BenchmarkVariant
{
    /// <summary>Its name; empty: nothing is changed.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Keys of the run file.</summary>
    public required YamlMappingNode Change { get; init; }

    /// <summary>Its seeds; null: the benchmark's.</summary>
    public IReadOnlyList<long>? Seeds { get; init; }
}

/// <summary>A run of a benchmark, ready to be submitted.</summary>
/// <param name="Variant">The variant's name; empty: the run file itself.</param>
/// <param name="Specification">The run.</param>
internal sealed record BenchmarkStep(string Variant, RunSpec Specification);
