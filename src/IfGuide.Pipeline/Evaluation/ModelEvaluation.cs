using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Runtime;
using IfGuide.Pipeline.Planning;
using IfGuide.Pipeline.Preparation;
using IfGuide.Pipeline.Records;
using IfGuide.Pipeline.Results.Metrics;
using IfGuide.Pipeline.Runs;
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
    private const string ModelName = "model";
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
        var files = new InputFiles(blocking);
        var model = HuggingFaceModel.Open(request.Model);
        Check(request, model);
        var (inputs, mask) = Prepare(request, model, blocking, files);
        var name = $"evaluate/{Key(request, inputs, mask)}/evaluation.msgpack";
        if (!blocking.Exists(name))
        {
            TorchRuntime.Load(); // before the first mention of a tensor, which would make TorchSharp look for libtorch itself
            using var session = new DeviceSession(device);
            var context = new EvaluationContext
            {
                Variant = ModelName,
                Evaluation = request.Evaluation,
                Seed = request.Seed,
                Inputs = inputs,
                Store = blocking,
                Work = new DeviceWork(session, progress, cancellationToken),
            };
            var target = inputs.Target!;
            var record = EvaluateStage.Measure(context, target.Configuration, target.Weights!, mask is null ? null : _ => mask);
            blocking.Put(name, stream => MessagePackSerializer.Serialize(stream, record));
        }

        var bytes = File.ReadAllBytes(blocking.Fetch(name));
        return MessagePackSerializer.Deserialize<EvaluationRecord>(bytes, cancellationToken: cancellationToken);
    }

    /// <summary>The figures for programs, as a run's metrics.json has them for each of its models.</summary>
    /// <param name="record">What was measured.</param>
    /// <param name="stream">Where the JSON goes.</param>
    public static void WriteMetrics(EvaluationRecord record, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(record);
        JsonSerializer.Serialize(stream, ModelMetrics.From(record), MetricsJson.Options);
    }

    private static void Check(EvaluationRequest request, HuggingFaceModel model)
    {
        var positions = model.Configuration.MaximumPositions;
        if (request.Block > positions)
        {
            throw new UserErrorException(
                $"A block of {request.Block} tokens is more than the {positions} positions of '{request.Model}'. Use a smaller one.");
        }

        if ((request.Mask is null) != (request.Corpus is null))
        {
            throw new UserErrorException(
                "The loss of selected tokens needs a mask and the token arrays of its corpus; only one of them was given. Give both, or neither.");
        }
    }

    private static (PreparedInputs Inputs, string? Mask) Prepare(
        EvaluationRequest request, HuggingFaceModel model, BlockingStore store, InputFiles files)
    {
        var tokenizerPath = request.Tokenizer ?? model.TokenizerPath
            ?? throw new UserErrorException($"'{request.Model}' has no tokenizer.json. Put it there, or name one.");
        var tokenizerName = files.Put(tokenizerPath, "tokenizer", "tokenizer.json");
        var tokenizer = TokenizerFile.Load(tokenizerPath);
        var (prepared, configuration) = ModelPreparation.FromFolder(request.Model, store, files);
        var vocabulary = ModelPreparation.VocabularyOf(configuration);
        if (tokenizer.VocabularySize > vocabulary && NeedsTokenizer(request.Evaluation))
        {
            throw new UserErrorException(
                $"The tokenizer '{tokenizerPath}' has {tokenizer.VocabularySize} tokens and the model '{request.Model}' {vocabulary}: "
                + "they do not belong together. Name the model's own tokenizer.");
        }

        var overlap = new OverlapPreparation(store, files);
        var sets = new QueryPreparation(store, files, tokenizer, tokenizerPath, vocabulary, request.QueryLength);
        var toxic = PrepareQueries(sets, request.Toxic, UnitNames.Toxic, overlap);
        var nontoxic = PrepareQueries(sets, request.Nontoxic, UnitNames.Nontoxic, overlap);
        var hasTexts = toxic.Texts is not null && nontoxic.Texts is not null;
        var evaluation = EvaluationPreparation.Prepare(request.Evaluation, tokenizer, hasTexts, store, files, overlap);
        var block = request.Block ?? (int)Math.Min(DefaultBlock, configuration.MaximumPositions);
        var (key, sequences, length) = request.Corpus is { } arrays ? StoreArrays(arrays, vocabulary, store, files) : (string.Empty, 0, block);
        var inputs = new PreparedInputs
        {
            CorpusKey = key,
            ShardSequences = request.Corpus is null ? [] : [sequences],
            SequenceLength = length,
            AttendedTokens = 0,
            Documents = 0,
            Proxy = prepared,
            Target = prepared,
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

    private static bool NeedsTokenizer(EvaluationSpec evaluation)
    {
        string?[] texts = [evaluation.Prompts, evaluation.Perplexity, evaluation.LastWord, evaluation.HardNegatives, evaluation.ClassifierTexts?.Toxic];
        return texts.Any(path => path is not null);
    }

    private static PreparedQueries PrepareQueries(QueryPreparation sets, string? path, string name, OverlapPreparation overlap)
    {
        if (path is null)
        {
            return new PreparedQueries { Key = string.Empty, Artifact = string.Empty, Sequences = 0, LossTokens = 0 };
        }

        return sets.Prepare(new QuerySetSpec { Path = path }, name, overlap).Queries;
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

    private static string Key(EvaluationRequest request, PreparedInputs inputs, string? mask) => ContentKey.Of(
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
        request.Seed);
}
