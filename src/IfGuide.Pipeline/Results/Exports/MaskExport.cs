using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.PyTorch;

namespace IfGuide.Pipeline.Results.Exports;

/// <summary>Masks in the formats of the contract.</summary>
internal static class MaskExport
{
    /// <summary>Opens a mask for writing: of one behaviour; none named: of all together, except as ranges with scores, which belong to one.</summary>
    public static async Task<RunExport> OpenAsync(
        RunArtifacts run, MaskFormat format, string? behaviour, CancellationToken cancellationToken)
    {
        if (ExplainRefusal(run, format) is { } reason)
        {
            throw new UserErrorException($"The mask cannot be written as {format.ToString().ToLowerInvariant()}: {reason}.");
        }

        if (format == MaskFormat.Jsonl)
        {
            var results = run.OpenResults(behaviour, cancellationToken);
            return RunExport.Create(results, stream => SpanExport.Write(results, stream));
        }

        var mask = await run.ReadMaskAsync(behaviour, cancellationToken);
        return format switch
        {
            MaskFormat.Npy => RunExport.Create(mask, mask.WriteNpy),
            MaskFormat.Safetensors => RunExport.Create(mask, stream => mask.WriteSafetensors(stream, "mask")),
            MaskFormat.Megatron => RunExport.Create(mask, stream => WriteLossMask(mask, stream)),
            MaskFormat.Weights => RunExport.Create(mask, stream => WriteWeights(mask, GetSuppressedWeight(run), stream)),
            MaskFormat.Reference => RunExport.Create(mask, stream => WriteTensor(mask, stream)),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of masks."),
        };
    }

    public static string? ExplainRefusal(RunArtifacts run, MaskFormat format)
    {
        var objective = run.Specification.Suppression.Objective;
        if (format == MaskFormat.Weights && objective is not (SuppressionObjective.Penalty or SuppressionObjective.Drop))
        {
            var word = objective.ToString().ToLowerInvariant();
            return $"the run's objective {word} is no weight on the loss; "
                + "export the mask as npy, or run with objective penalty or drop";
        }

        if (format != MaskFormat.Jsonl || (run.Inputs.Documents > 0 && run.Inputs.Tokenizer is not null))
        {
            return null;
        }

        var lack = run.Inputs.Documents == 0
            ? "has no documents (it is pretokenised)"
            : "holds tokens, and the run has no tokenizer to give their text";
        return $"the corpus of run '{run.Specification.Run}' {lack}; export the mask as npy";
    }

    /// <summary>Sequence after sequence, which is the order of the tokens in a flat token file: 1 where the loss counts, 0 where the token is suppressed.</summary>
    private static void WriteLossMask(RunArray<bool> mask, Stream stream)
    {
        var bytes = new byte[mask.RowLength];
        mask.ForEachRow(row =>
        {
            for (var token = 0; token < row.Length; token++)
            {
                bytes[token] = row[token] ? (byte)0 : (byte)1;
            }

            stream.Write(bytes);
        });
    }

    private static void WriteWeights(RunArray<bool> mask, float suppressed, Stream stream)
    {
        var writer = new NpyWriter(stream, ElementType.Float32, mask.Shape);
        var weights = new float[mask.RowLength];
        mask.ForEachRow(row =>
        {
            for (var token = 0; token < row.Length; token++)
            {
                weights[token] = row[token] ? suppressed : 1f;
            }

            writer.Write<float>(weights);
        });
        writer.Complete();
    }

    private static void WriteTensor(RunArray<bool> mask, Stream stream) => BooleanTensorFile.Write(
        stream, mask.Rows, mask.RowLength, elements => mask.ForEachRow(row => elements.Write(MemoryMarshal.AsBytes(row))));

    /// <summary>The weight of a suppressed token's loss, under an objective that is a weight.</summary>
    private static float GetSuppressedWeight(RunArtifacts run)
    {
        var suppression = run.Specification.Suppression;
        return suppression.Objective == SuppressionObjective.Drop ? 0f : (float)-suppression.PenaltyWeight;
    }
}
