using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.Outputs;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;
using IfGuide.Storage.PyTorch;

namespace IfGuide.Cli.Exports;

/// <summary>Exports with one entry a token: scores, masks, loss weights.</summary>
internal static class TokenExports
{
    public static async Task ScoresAsync(RunArtifacts run, string? behaviour, string format, string path, CancellationToken cancellationToken)
    {
        if (format == "parquet")
        {
            using var results = run.OpenResults(behaviour, cancellationToken);
            await OutputFile.WriteAsync(path, stream => ScoreTable.WriteAsync(results.Scored(), stream, cancellationToken));
            return;
        }

        using var scores = new ShardedArray(await run.FetchShardsAsync(run.Behaviour(behaviour).Scores, "scores", cancellationToken));
        OutputFile.Write(path, stream =>
        {
            if (format == "npy")
            {
                scores.WriteNpy<float>(stream);
            }
            else
            {
                scores.WriteSafetensors<float>(stream, "scores");
            }
        });
    }

    /// <summary>Writes the mask of one behaviour; none named: of all together, except as ranges with scores, which belong to one.</summary>
    public static async Task MaskAsync(RunArtifacts run, string? behaviour, string format, string path, CancellationToken cancellationToken)
    {
        Func<int, string> masks = behaviour is null && format != "jsonl" ? run.Names.Mask : run.Behaviour(behaviour).Mask;
        using var mask = new ShardedArray(await run.FetchShardsAsync(masks, "mask", cancellationToken));
        var weight = SuppressedWeight(run.Specification.Suppression, format);
        OutputFile.Write(path, stream =>
        {
            switch (format)
            {
                case "npy":
                    mask.WriteNpy<bool>(stream);
                    break;
                case "safetensors":
                    mask.WriteSafetensors<bool>(stream, "mask");
                    break;
                case "megatron":
                    WriteLossMask(mask, stream);
                    break;
                case "weights":
                    WriteWeights(mask, weight, stream);
                    break;
                case "reference":
                    BooleanTensorFile.Write(stream, mask.Shape[0], mask.Shape[1], elements => mask.ForEachRow<bool>(row => elements.Write(MemoryMarshal.AsBytes(row))));
                    break;
                case "jsonl":
                    SpanExport.Write(run, behaviour, stream, cancellationToken);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of masks.");
            }
        });
    }

    /// <summary>One byte a token, sequence after sequence, which is the order of the tokens in a flat token file: 1 where the loss counts, 0 where the token is suppressed.</summary>
    private static void WriteLossMask(ShardedArray mask, Stream stream)
    {
        var bytes = new byte[mask.Shape[1]];
        mask.ForEachRow<bool>(row =>
        {
            for (var token = 0; token < row.Length; token++)
            {
                bytes[token] = row[token] ? (byte)0 : (byte)1;
            }

            stream.Write(bytes);
        });
    }

    private static void WriteWeights(ShardedArray mask, float suppressed, Stream stream)
    {
        var writer = new NpyWriter(stream, ElementType.Float32, mask.Shape);
        var weights = new float[mask.Shape[1]];
        mask.ForEachRow<bool>(row =>
        {
            for (var token = 0; token < row.Length; token++)
            {
                weights[token] = row[token] ? suppressed : 1f;
            }

            writer.Write<float>(weights);
        });
        writer.Complete();
    }

    /// <summary>The weight of a suppressed token's loss, where the objective is a weight.</summary>
    private static float SuppressedWeight(SuppressionSpec suppression, string format) => suppression.Objective switch
    {
        SuppressionObjective.Penalty => (float)-suppression.PenaltyWeight,
        SuppressionObjective.Drop => 0f,
        _ when format == "weights" => throw new UserErrorException(
            $"--format weights: the run's objective {suppression.Objective.ToString().ToLowerInvariant()} is no weight on the loss; export the mask as npy, or run with objective penalty or drop."),
        _ => 0f,
    };
}
