using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Abstractions.Units;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Execution;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Units;
using IfGuide.Storage.Artifacts;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Models;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Tokenizers;
using MessagePack;

namespace IfGuide.Pipeline.Evaluation;

/// <summary>The evaluation stage alone, on any Hugging Face folder: the unit of a run, given inputs of its own.</summary>
/// <remarks>Inputs and result are artifacts like a run's: the same request on the same files measures nothing again.</remarks>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
public sealed class ModelEvaluation(IArtifactStore store, string device = "cpu")
{
    private const string UnitName = "model";
    private const int DefaultBlock = 2048;

    /// <summary>Measures a model.</summary>
    /// <param name="request">What is measured.</param>
    /// <param name="progress">Told of progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops at the next safe point.</param>
    /// <exception cref="UserErrorException">The request or one of its files is wrong.</exception>
    public EvaluationRecord Measure(EvaluationRequest request, IProgress<UnitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var blocking = new BlockingStore(store, cancellationToken);
        var model = HuggingFaceModel.Open(request.Model);
        var specification = Specification(request, model.TokenizerPath, model.Configuration.MaximumPositions);
        var (inputs, mask) = Prepare(request, specification, blocking);
        var name = $"evaluate/{Key(request, specification, inputs, mask)}/evaluation.msgpack";
        if (!blocking.Exists(name))
        {
            TorchRuntime.Load(); // before the first mention of a tensor, which would make TorchSharp look for libtorch itself
            using var session = new DeviceSession(device);
            var record = EvaluationUnit.Measure(Context(specification, inputs, blocking, session, progress, cancellationToken), inputs.Target!.Configuration, inputs.Target.Weights!, mask is null ? null : _ => mask);
            blocking.Put(name, stream => MessagePackSerializer.Serialize(stream, record));
        }

        return MessagePackSerializer.Deserialize<EvaluationRecord>(File.ReadAllBytes(blocking.Fetch(name)), cancellationToken: cancellationToken);
    }

    /// <summary>The figures for programs, as a run's metrics.json has them for each of its models.</summary>
    /// <param name="record">What was measured.</param>
    /// <param name="stream">Where the JSON goes.</param>
    public static void WriteMetrics(EvaluationRecord record, Stream stream) => JsonSerializer.Serialize(stream, MetricsDocument.Model(record), MetricsDocument.Options);

    private static RunSpec Specification(EvaluationRequest request, string? tokenizer, long positions)
    {
        if (request.Block > positions)
        {
            throw new UserErrorException($"A block of {request.Block} tokens is more than the {positions} positions of '{request.Model}'. Use a smaller one.");
        }

        if ((request.Mask is null) != (request.Corpus is null))
        {
            throw new UserErrorException("The loss of selected tokens needs a mask and the token arrays of its corpus; only one of them was given. Give both, or neither.");
        }

        var folder = new ModelSpec { Path = request.Model };
        QuerySetSpec Queries(string? path) => new() { Path = path };
        return new RunSpec
        {
            Run = RunId.Parse("evaluate"),
            Seed = request.Seed,
            Proxy = folder,
            Target = folder,
            Tokenizer = request.Tokenizer ?? tokenizer ?? throw new UserErrorException($"'{request.Model}' has no tokenizer.json. Put it there, or name one."),
            Corpus = new CorpusSpec { Block = request.Block ?? (int)Math.Min(DefaultBlock, positions), Pretokenised = request.Corpus },
            Queries = new QueriesSpec { Toxic = Queries(request.Toxic), Nontoxic = Queries(request.Nontoxic), MaxLength = request.QueryLength },
            Evaluation = request.Evaluation,
        };
    }

    private static (PreparedInputs Inputs, string? Mask) Prepare(EvaluationRequest request, RunSpec specification, BlockingStore store)
    {
        var files = new InputFiles(store);
        var tokenizerName = files.Put(specification.Tokenizer!, "tokenizer", "tokenizer.json");
        var tokenizer = TokenizerFile.Load(specification.Tokenizer!);
        var (model, vocabulary) = ModelPreparation.Prepare(specification, specification.Target!, "model", tokenizer, store, files);
        if (tokenizer.VocabularySize > vocabulary && new[] { request.Evaluation.Prompts, request.Evaluation.Perplexity, request.Evaluation.LastWord, request.Evaluation.HardNegatives, request.Evaluation.ClassifierTexts?.Toxic }.Any(path => path is not null))
        {
            throw new UserErrorException($"The tokenizer '{specification.Tokenizer}' has {tokenizer.VocabularySize} tokens and the model '{request.Model}' {vocabulary}: they do not belong together. Name the model's own tokenizer.");
        }

        var overlap = new OverlapPreparation(store, files);
        PreparedQueries Queries(QuerySetSpec set, string name) => set.Path is null
            ? new PreparedQueries { Key = string.Empty, Artifact = string.Empty, Sequences = 0, LossTokens = 0 }
            : PreparationUnit.Queries(specification, set, name, tokenizer, vocabulary, store, files, overlap).Queries;
        var (toxic, nontoxic) = (Queries(specification.Queries.Toxic!, "toxic"), Queries(specification.Queries.Nontoxic!, "nontoxic"));
        var evaluation = EvaluationPreparation.Prepare(specification.Evaluation, tokenizer, toxic.Texts is not null && nontoxic.Texts is not null, store, files, overlap);
        var (key, sequences, length) = request.Corpus is { } arrays ? StoreArrays(arrays, vocabulary, store, files) : (string.Empty, 0, specification.Corpus.Block);
        var inputs = new PreparedInputs
        {
            CorpusKey = key,
            ShardSequences = request.Corpus is null ? [] : [sequences],
            SequenceLength = length,
            AttendedTokens = 0,
            Documents = 0,
            Proxy = model,
            Target = model,
            Toxic = toxic,
            Nontoxic = nontoxic,
            Tokenizer = tokenizerName,
            Prompts = evaluation.Prompts,
            Perplexity = evaluation.Perplexity,
            LastWord = evaluation.LastWord,
            ClassifierTexts = evaluation.ClassifierTexts,
            Onnx = evaluation.Onnx,
            HardNegatives = evaluation.HardNegatives,
        };
        return (inputs, request.Mask is null ? null : StoreMask(request.Mask, sequences, length, files));
    }

    private static (string Key, long Sequences, int Length) StoreArrays(PretokenisedSpec arrays, int vocabulary, BlockingStore store, InputFiles files)
    {
        var key = ContentKey.Of("corpus/1", (object)files.Digest(arrays));
        using var sequences = PretokenisedSequences.Open(arrays, vocabulary);
        store.Put(PreparedInputs.ShardArtifact(key, 0), stream => CorpusShardFile.Write(stream, sequences, 0, sequences.Sequences));
        return (key, sequences.Sequences, sequences.Length);
    }

    private static string StoreMask(string path, long sequences, int length, InputFiles files)
    {
        files.Digest(path); // an unreadable file is reported in one way
        using var mask = NpyFile.Open(path);
        return mask.Type == ElementType.Bool && mask.Shape.SequenceEqual([sequences, length])
            ? files.Put(path, "mask", "mask.npy")
            : throw new UserErrorException($"The mask '{path}' is {mask.Type} [{string.Join(", ", mask.Shape)}]; expected Bool [{sequences}, {length}], a row for each sequence of its corpus. Export it with 'ifguide export RUN mask', or name the arrays that it belongs to.");
    }

    private static string Key(EvaluationRequest request, RunSpec specification, PreparedInputs inputs, string? mask) => ContentKey.Of(
        "evaluate-model/2",
        inputs.Target!.Key,
        ArtifactNames.Portable(request.Evaluation),
        inputs.Prompts,
        inputs.Perplexity,
        inputs.LastWord,
        inputs.HardNegatives,
        inputs.ClassifierTexts?.Key,
        inputs.Onnx?.Key,
        inputs.Toxic!.Key,
        inputs.Nontoxic!.Key,
        inputs.Tokenizer,
        inputs.CorpusKey,
        inputs.SequenceLength,
        mask,
        specification.Seed);

    private static UnitContext Context(RunSpec specification, PreparedInputs inputs, BlockingStore store, DeviceSession session, IProgress<UnitProgress>? progress, CancellationToken cancellationToken) => new()
    {
        Unit = new UnitReference { Run = specification.Run, Specification = string.Empty, Stage = Stage.Evaluate, Name = UnitName, Kind = UnitKind.Evaluation, Artifact = string.Empty },
        Specification = specification,
        Inputs = inputs,
        Names = new ArtifactNames(specification, inputs),
        Store = store,
        Session = session,
        Progress = progress,
        CancellationToken = cancellationToken,
    };
}
