namespace IfGuide.Architecture.Tests;

/// <summary>
/// This map is the architecture. For each project it lists the projects and packages that it may use, and its folders by floor, the highest first.
/// A folder uses only folders on lower floors of its project. A new edge, package or folder is a decision, made here.
/// </summary>
/// <remarks><c>dotnet run -c Release --project tests/IfGuide.Measures -- --floors</c> prints the floors as the code has them.</remarks>
internal static class HouseMap
{
    /// <summary>The projects, the highest first.</summary>
    public static IReadOnlyDictionary<string, ProjectPlan> Projects { get; } = new Dictionary<string, ProjectPlan>
    {
        ["IfGuide.Cli"] = new(
            Uses: ["IfGuide.Abstractions", "IfGuide.Client", "IfGuide.Grains", "IfGuide.Numerics", "IfGuide.Pipeline", "IfGuide.Storage"],
            Packages:
            [
                "Microsoft.Extensions.Hosting",
                "Spectre.Console",
                "System.CommandLine",
            ],
            Floors:
            [
                [
                    new(".", "the entry point"),
                ],
                [
                    new("Commands", "one class a command: options, call, words"),
                ],
                [
                    new("Benchmarks", "files of benchmarks"),
                    new("Exports", "which artifact, format, behaviour and model are meant"),
                ],
                [
                    new("Sessions", "a run on an embedded host or a cluster"),
                ],
                [
                    new("Consoles", "what is drawn on a terminal"),
                    new("Doctor", "examinations of a machine and a cluster"),
                ],
                [
                    new("Progress", "stages and bars"),
                    new("Settings", "the options of every command, exit codes"),
                ],
            ]),
        ["IfGuide.Grains"] = new(
            Uses: ["IfGuide.Abstractions", "IfGuide.Client", "IfGuide.Numerics", "IfGuide.Pipeline", "IfGuide.Storage"],
            Packages:
            [
                "Microsoft.Orleans.Server",
                "Microsoft.Orleans.Reminders",
                "Microsoft.Orleans.Reminders.Redis",
                "Microsoft.CodeAnalysis.BannedApiAnalyzers",
            ],
            Floors:
            [
                [
                    new("Hosting", "silos and embedded hosts"),
                ],
                [
                    new("Coordination", "the run grain, its pump and waves"),
                ],
                [
                    new("Units", "grains that hold a unit"),
                ],
                [
                    new("Compute", "the device and its one thread"),
                    new("Membership", "who reaches whom, evictions"),
                    new("Records", "grain state over the record store"),
                ],
                [
                    new("Messages", "limits of messages"),
                    new("Scheduling", "which unit goes where: pure state, no calls"),
                ],
            ]),
        ["IfGuide.Pipeline"] = new(
            Uses: ["IfGuide.Abstractions", "IfGuide.Numerics", "IfGuide.Storage"],
            Packages: ["Fluid.Core", "Microsoft.ML", "Microsoft.ML.OnnxRuntime", "Parquet.Net"],
            Floors:
            [
                [
                    new("Execution", "a unit or a whole run: which room computes what"),
                ],
                [
                    new("Benchmarks", "tables over seeds and variants"),
                    new("Evaluation", "models measured against each other"),
                ],
                [
                    new("Explaining", "why these tokens"),
                    new("Reporting", "the report: pages, tables, metrics.json"),
                    new("Results/Exports", "results as files for other programs"),
                    new("Training/Rounds", "trainings as units: whole, or in rounds by several workers"),
                ],
                [
                    new("Results", "what a program takes from a run: typed arrays, factors, models, metrics; inspection"),
                ],
                [
                    new("Influence", "scores of tokens"),
                    new("Results/Metrics", "metrics.json as records"),
                    new("Training", "models: base, suppressed and baselines"),
                ],
                [
                    new("Curvature", "factors: covariances, eigenbases, lambda"),
                    new("Preparation", "corpus, queries and models made ready"),
                    new("Selection", "masks, unions, what-if"),
                ],
                [
                    new("Corpus", "the corpus as later stages read it"),
                ],
                [
                    new("Runs", "a view of a run, the context of a unit"),
                ],
                [
                    new("Planning", "plan, names, keys, variants"),
                    new("Reporting/Charts", "SVG charts"),
                ],
                [
                    new("Judges", "what calls a text toxic"),
                    new("Methods", "from a specification's words to the objects of Numerics"),
                    new("Records", "what artifacts hold"),
                ],
            ]),
        ["IfGuide.Client"] = new(
            Uses: ["IfGuide.Abstractions"],
            Packages: ["Microsoft.Orleans.Client", "Microsoft.Orleans.Clustering.Redis", "StackExchange.Redis", "YamlDotNet"],
            Floors:
            [
                [
                    new(".", "the client: connect, submit, follow, cancel; calls that are repeated"),
                ],
                [
                    new("Clusters", "finding a cluster"),
                    new("RunFiles", "the YAML file of a run"),
                ],
                [
                    new("Connections", "mutual TLS and addresses"),
                ],
            ]),
        ["IfGuide.Storage"] = new(
            Uses: ["IfGuide.Abstractions", "IfGuide.Numerics"],
            Packages:
            [
                "Azure.Identity",
                "Azure.Storage.Blobs",
                "MessagePack",
                "Microsoft.ML.Tokenizers",
                "Parquet.Net",
                "ZstdSharp.Port",
            ],
            Floors:
            [
                [
                    new("Prompts", "prompts of an evaluation"),
                ],
                [
                    new("Corpora/Preparation", "a corpus becomes shards"),
                    new("Queries", "queries of a behaviour"),
                ],
                [
                    new("Corpora", "corpora of all formats"),
                ],
                [
                    new(".", "opens the store that an address names"),
                    new("Corpora/Parquet", "Parquet behind its guard"),
                    new("Corpora/Tokens", "tokenised corpora"),
                    new("Models", "Hugging Face model folders"),
                ],
                [
                    new("Artifacts/Azure", "the store in Azure Blob Storage"),
                    new("JsonLines", "JSON Lines, compressed or not"),
                    new("Npy", "NumPy arrays"),
                    new("Safetensors", "safetensors files"),
                    new("Tokenizers", "tokenizer.json"),
                ],
                [
                    new("Artifacts", "the store: contract, local folder"),
                    new("Corpora/Documents", "documents, files and bad records"),
                    new("Formats", "bytes, element types, mapped files"),
                    new("Overlap", "texts that occur twice"),
                    new("PyTorch", "Boolean tensors as torch.save writes them"),
                ],
            ]),
        ["IfGuide.Numerics"] = new(
            Uses: [],
            Packages: [],
            Floors:
            [
                [
                    new("Preference", "DPO"),
                ],
                [
                    new("Influence", "scores of tokens and positions"),
                    new("Preconditioning", "what inverts a curvature, and its damping"),
                    new("Training", "optimizer, schedule, trainer"),
                ],
                [
                    new("Curvature", "covariances, eigenbases, lambda"),
                    new("Evaluation", "metrics with their intervals"),
                    new("Sampling", "continuations"),
                    new("Suppression", "the loss that suppresses tokens"),
                ],
                [
                    new("Models", "GPT-2, GPT-NeoX and Llama"),
                    new("Models/Head", "logits, losses and sampled labels"),
                ],
                [
                    new("Models/Operations", "attention, norms, positions and their tangents"),
                ],
                [
                    new(".", "checks and errors that all share"),
                    new("Models/Passes", "dual numbers, tracked layers, captures"),
                    new("Models/Shapes", "configuration records"),
                    new("Randomness", "counter-based draws"),
                    new("Runtime", "libtorch, devices, exact sums"),
                    new("Selection", "quantiles, budgets, masks"),
                ],
            ]),
        ["IfGuide.Abstractions"] = new(
            Uses: [],
            Packages: ["Microsoft.Orleans.Sdk"],
            Floors:
            [
                [
                    new("Rules", "the rules of a run: the table of keys, and what is made of it"),
                    new("Runs", "the grains of a run"),
                ],
                [
                    new("Rules/Keys", "the rows of the table, section by section"),
                ],
                [
                    new("Rules/Values", "kinds of values, with their ranges and words"),
                ],
                [
                    new("Rules/Grammar", "sections, keys, kinds; places for messages"),
                    new("Specification", "what a run is told to do"),
                    new("Units", "references to units of work"),
                ],
                [
                    new(".", "ids, stages, status and events of a run"),
                ],
            ]),
    };

    /// <summary>Arrows that do not point down yet. The list is exact: what is mended must go from it.</summary>
    public static IReadOnlyList<(string Project, string From, string To)> KnownCircles { get; } = [];
}
