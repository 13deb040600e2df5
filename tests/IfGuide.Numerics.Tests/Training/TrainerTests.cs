using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Numerics.Suppression;
using IfGuide.Numerics.Tests.Goldens;
using IfGuide.Numerics.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Training;

public sealed class TrainerTests
{
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 2, BatchSize = 5, MicroBatchSize = 2, LearningRate = 3e-3, Seed = 11, Warmup = 0.2, WeightDecay = 0.05,
        Suppression = new SuppressionOptions(TokenObjective.Penalty, 0.5),
    };

    [Theory]
    [InlineData(ModelFamily.GptNeoX, true)]
    [InlineData(ModelFamily.GptNeoX, false)]
    [InlineData(ModelFamily.Llama, true)]
    [InlineData(ModelFamily.Llama, false)]
    [InlineData(ModelFamily.Qwen2, true)]
    [InlineData(ModelFamily.Gpt2, true)]
    [InlineData(ModelFamily.Gpt2, false)]
    public void Equals_autograd_and_torchs_own_optimizer(ModelFamily family, bool tied)
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(family, tied, ScalarType.Float64);
        var source = new SyntheticSequences(13, 12, 23, padded: true);
        var options = Options with { Precision = ScalarType.Float64, DecayVectors = true };
        using var trainer = new Trainer(initial, options, source);
        var weights = initial.Weights.ToDictionary(weight => weight.Key, weight => new Parameter(weight.Value.clone()));
        using var reference = CausalLanguageModel.Create(initial.Configuration, weights.ToDictionary(weight => weight.Key, weight => (Tensor)weight.Value));
        using var optimizer = optim.AdamW(weights.Values.ToList(), 1, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay);
        var order = new DataOrder(options.Seed, source.Count);
        for (var step = 0; step < trainer.TotalSteps; step++)
        {
            var positions = Enumerable.Range(step * options.BatchSize, options.BatchSize).Where(p => p < 2 * source.Count);
            var loss = ReferenceLoss(reference, source, [.. positions.Select(p => order.At(p))], options);
            optimizer.zero_grad();
            loss.backward();
            var norm = nn.utils.clip_grad_norm_(weights.Values, options.GradientClip);
            optimizer.ParamGroups.Single().LearningRate = LearningRateSchedule.Create(options, trainer.TotalSteps).ComputeRate(step);
            optimizer.step();

            var measured = trainer.Step();
            Assert.Equal(loss.item<double>(), measured.Loss, 1e-10);
            Assert.Equal(norm, measured.GradientNorm, 1e-9);
        }

        foreach (var (name, weight) in trainer.GetWeights())
        {
            TensorAssert.Close(reference.Weights[name], weight, 1e-8, name);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Stopped_saved_and_loaded_it_ends_in_the_same_bytes(ScalarType precision)
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        var source = new SyntheticSequences(13, 12, 23);
        var options = Options with { Precision = precision };
        using var whole = new Trainer(initial, options, source);
        using var stopped = new Trainer(initial, options, source);
        for (var step = 0; step < 3; step++)
        {
            Assert.Equal(whole.Step(), stopped.Step());
        }

        var bytes = stopped.SaveState().ToDictionary(entry => entry.Key, entry => (entry.Value.bytes.ToArray(), entry.Value.shape, entry.Value.dtype));
        stopped.Step();
        using var other = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32, seed: 99);
        using var resumed = new Trainer(other, options, source);
        resumed.LoadState(bytes.ToDictionary(entry => entry.Key, entry => FromBytes(entry.Value.Item1, entry.Value.shape, entry.Value.dtype)));
        while (whole.StepsTaken < whole.TotalSteps)
        {
            Assert.Equal(whole.Step(), resumed.Step());
        }

        var expected = whole.SaveState();
        var actual = resumed.SaveState();
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, entry => Assert.Equal(entry.Value.bytes.ToArray(), actual[entry.Key].bytes.ToArray()));
        Assert.Throws<InvalidOperationException>(resumed.Step);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Learns_the_language_and_unlearns_selected_tokens(ScalarType precision)
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.Llama, tied: true, ScalarType.Float32);
        var source = new SyntheticSequences(64, 24, 23);
        var options = Options with { Epochs = 6, BatchSize = 8, MicroBatchSize = 8, LearningRate = 1e-2, Precision = precision };
        using var plain = new Trainer(initial, options with { Suppression = SuppressionOptions.None }, source);
        using var suppressed = new Trainer(initial, options with { Suppression = new SuppressionOptions(TokenObjective.Unlikelihood) }, source);
        var before = plain.ValidationLoss(source);
        Assert.Equal(Math.Log(23), before, 0.2);
        TrainingStep last = null!;
        TrainingStep lastSuppressed = null!;
        while (plain.StepsTaken < plain.TotalSteps)
        {
            (last, lastSuppressed) = (plain.Step(), suppressed.Step());
        }

        Assert.True(plain.ValidationLoss(source) < before - 0.8, $"{before} to {plain.ValidationLoss(source)}");
        Assert.True(lastSuppressed.SelectedLoss > last.SelectedLoss + 0.5, $"{last} {lastSuppressed}");
        Assert.Equal(ScalarType.Float32, plain.GetWeights().Values.First().dtype);
    }

    [Fact]
    public void Micro_batches_change_rounding_only()
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float64);
        var source = new SyntheticSequences(13, 12, 23, padded: true);
        using var one = new Trainer(initial, Options with { Precision = ScalarType.Float64, MicroBatchSize = 1 }, source);
        using var all = new Trainer(initial, Options with { Precision = ScalarType.Float64, MicroBatchSize = 5 }, source);
        for (var step = 0; step < 3; step++)
        {
            Assert.Equal(one.Step().Loss, all.Step().Loss, 1e-11);
        }
    }

    [Fact]
    public void Vectors_keep_their_values_without_decay()
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        var source = new UnlabelledSequences();
        using var trainer = new Trainer(initial, Options with { WeightDecay = 0.5, DecayVectors = false, Warmup = 0 }, source);
        trainer.Step();
        foreach (var (name, weight) in trainer.GetWeights())
        {
            var expected = weight.dim() < 2 ? initial.Weights[name] : initial.Weights[name] * (1 - 3e-3 * 0.5);
            TensorAssert.Close(expected, weight, 1e-6, name);
        }
    }

    [Fact]
    public void A_divergence_stops_with_its_step_and_leaves_the_weights()
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        using var trainer = new Trainer(initial, Options, new SyntheticSequences(13, 12, 23));
        trainer.Step();
        var state = trainer.SaveState().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        state["weight.embed_out.weight"].fill_(float.PositiveInfinity);
        trainer.LoadState(state);
        Assert.Equal(2, Assert.Throws<NonFiniteStepException>(trainer.Step).Step);
        Assert.Equal(1, trainer.StepsTaken);
    }

    [Fact]
    public void A_state_of_another_model_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        using var trainer = new Trainer(initial, Options, new SyntheticSequences(13, 12, 23));
        var state = trainer.SaveState().ToDictionary();
        state["first_moment.embed_out.weight"] = zeros(2, 2);
        Assert.Contains("first_moment.embed_out.weight", Assert.Throws<InvalidDataException>(() => trainer.LoadState(state)).Message, StringComparison.Ordinal);
        state.Remove("weight.embed_out.weight");
        Assert.Contains("weight.embed_out.weight", Assert.Throws<InvalidDataException>(() => trainer.LoadState(state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        using var initial = TinyModel(ModelFamily.GptNeoX, tied: false, ScalarType.Float32);
        using var trainer = new Trainer(initial, Options, new SyntheticSequences(13, 12, 23));
        trainer.Step();
        var before = (scope.DisposablesCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        trainer.Step();
        trainer.Step();
        Assert.Equal(before, (scope.DisposablesCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount));
    }

    internal static CausalLanguageModel TinyModel(ModelFamily family, bool tied, ScalarType precision, ulong seed = 3)
    {
        var configuration = new TransformerConfiguration
        {
            Family = family, VocabularySize = 23, HiddenSize = 16, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 2, HeadSize = 8, IntermediateSize = 32,
            NormalisationEpsilon = 1e-5, RotaryFraction = family is ModelFamily.Llama or ModelFamily.Qwen2 ? 1 : 0.5, RotaryBase = 10000, ParallelResidual = true,
            AttentionBias = family != ModelFamily.Llama, TieEmbeddings = tied, MaximumPositions = 64, InitializerRange = 0.05,
        };
        using var model = CausalLanguageModel.Create(configuration, CausalLanguageModel.InitialWeights(configuration, seed, CPU));
        return model.Convert(precision, CPU);
    }

    private static Tensor ReferenceLoss(CausalLanguageModel model, SyntheticSequences source, long[] sequences, TrainingOptions options)
    {
        var (ids, labels, attended, selected) = (new long[sequences.Length, source.Length], new long[sequences.Length, source.Length], new bool[sequences.Length, source.Length], new bool[sequences.Length, source.Length]);
        for (var row = 0; row < sequences.Length; row++)
        {
            Span<bool> kept = Enumerable.Repeat(true, source.Length).ToArray();
            var (rowIds, rowLabels, rowSelected) = (new long[source.Length], new long[source.Length], new bool[source.Length]);
            source.Read(sequences[row], new SequenceRow(rowIds, rowLabels, kept, rowSelected));
            for (var t = 0; t < source.Length; t++)
            {
                (ids[row, t], labels[row, t], attended[row, t], selected[row, t]) = (rowIds[t], rowLabels[t], kept[t], rowSelected[t]);
            }
        }

        var wanted = tensor(labels);
        var hidden = model.Hidden(tensor(ids), tensor(attended).to(ScalarType.Int64), ForwardPass.Plain).Value;
        var next = wanted.narrow(1, 1, source.Length - 1).reshape(-1);
        var logits = hidden.matmul(model.Unembedding.t()).narrow(1, 0, source.Length - 1).reshape(-1, model.Unembedding.shape[0]);
        var loss = nn.functional.cross_entropy(logits, next, reduction: nn.Reduction.None, ignore_index: TokenBatch.NoLabel);
        var chosen = tensor(selected).narrow(1, 1, source.Length - 1).reshape(-1);
        return where(chosen, loss * -options.Suppression.PenaltyWeight, loss).sum() / wanted.ne(TokenBatch.NoLabel).sum();
    }

    private static Tensor FromBytes(byte[] bytes, long[] shape, ScalarType type)
    {
        var result = empty(shape, type);
        bytes.CopyTo(result.bytes);
        return result;
    }

    private sealed class UnlabelledSequences : ITrainingSequences
    {
        public long Count => 4;

        public int Length => 6;

        public void Read(long sequence, SequenceRow row)
        {
            row.InputIds.Clear();
            row.Labels.Fill(TokenBatch.NoLabel);
        }
    }
}
