using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Corpora;

/// <summary>
/// Sequences at rest, mapped into memory: a safetensors file of <c>input_ids</c> int32 [sequences, tokens], and <c>labels</c> int32 and <c>attention_mask</c> uint8
/// of the same shape only where they differ from the default (labels: the ids, −100 on padding; mask: all ones). Corpus shards and query sets alike.
/// </summary>
public sealed class CorpusShardFile : ISequenceSource, IDisposable
{
    private const string InputIdsName = "input_ids";
    private const string LabelsName = "labels";
    private const string AttentionMaskName = "attention_mask";

    private readonly SafetensorsFile file;

    private CorpusShardFile(SafetensorsFile file)
    {
        this.file = file;
        var shape = Check(InputIdsName, ElementType.Int32);
        Sequences = shape[0];
        Length = (int)shape[1];
        HasLabels = CheckOptional(LabelsName, ElementType.Int32, shape);
        HasAttentionMask = CheckOptional(AttentionMaskName, ElementType.UInt8, shape);
    }

    /// <inheritdoc/>
    public long Sequences { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Whether labels are stored; otherwise they are the ids, −100 on padding.</summary>
    public bool HasLabels { get; }

    /// <summary>Whether an attention mask is stored; otherwise there is no padding.</summary>
    public bool HasAttentionMask { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">It is missing, damaged, or holds other tensors.</exception>
    public static CorpusShardFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            return new CorpusShardFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a range of sequences. The same sequences always give the same bytes.</summary>
    /// <param name="stream">Where to; may be forward only.</param>
    /// <param name="source">The sequences; read twice.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many; at most 2 GiB of ids.</param>
    public static void Write(Stream stream, ISequenceSource source, long first, long count)
    {
        ArgumentNullException.ThrowIfNull(source);
        var content = SequenceStatistics.Of(source, first, count);
        long[] shape = [count, source.Length];
        List<TensorSource> tensors = [new(InputIdsName, ElementType.Int32, shape, output => WriteRows<int>(output, source.InputIds, source.Length, first, count))];
        if (content.HasOwnLabels)
        {
            tensors.Add(new(LabelsName, ElementType.Int32, shape, output => WriteRows<int>(output, source.Labels, source.Length, first, count)));
        }

        if (content.HasPadding)
        {
            tensors.Add(new(AttentionMaskName, ElementType.UInt8, shape, output => WriteRows<byte>(output, source.AttentionMask, source.Length, first, count)));
        }

        SafetensorsWriter.Write(stream, tensors);
    }

    /// <summary>A sequence's token ids, without a copy; valid until the file is disposed.</summary>
    /// <param name="sequence">The sequence.</param>
    public ReadOnlySpan<int> InputIds(long sequence) => Row<int>(InputIdsName, sequence);

    /// <inheritdoc/>
    public void InputIds(long sequence, Span<int> tokens) => InputIds(sequence).CopyTo(tokens);

    /// <inheritdoc/>
    public void Labels(long sequence, Span<int> labels)
    {
        if (HasLabels)
        {
            Row<int>(LabelsName, sequence).CopyTo(labels);
        }
        else if (HasAttentionMask)
        {
            DefaultLabels.Fill(InputIds(sequence), Row<byte>(AttentionMaskName, sequence), labels);
        }
        else
        {
            InputIds(sequence, labels);
        }
    }

    /// <inheritdoc/>
    public void AttentionMask(long sequence, Span<byte> mask)
    {
        if (HasAttentionMask)
        {
            Row<byte>(AttentionMaskName, sequence).CopyTo(mask);
        }
        else
        {
            CheckSequence(sequence);
            mask[..Length].Fill(1);
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => file.Dispose();

    private delegate void ReadRow<T>(long sequence, Span<T> row);

    private static void WriteRows<T>(Stream output, ReadRow<T> read, int length, long first, long count)
        where T : unmanaged
    {
        var row = new T[length];
        for (var sequence = first; sequence < first + count; sequence++)
        {
            read(sequence, row);
            output.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }

    private ReadOnlySpan<T> Row<T>(string name, long sequence)
        where T : unmanaged
    {
        CheckSequence(sequence);
        return file.Span<T>(name).Slice((int)(sequence * Length), Length);
    }

    private void CheckSequence(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, Sequences);
    }

    private IReadOnlyList<long> Check(string name, ElementType type)
    {
        var entry = file.Entry(name);
        return entry.Type == type && entry.Shape is [> 0, > 0 and <= int.MaxValue] && entry.Length <= int.MaxValue
            ? entry.Shape
            : throw new UserErrorException($"'{file.Path}' is not a file of sequences: its '{name}' is {entry.Type} {ElementTypes.Describe(entry.Shape)}, expected {type} [sequences, tokens] of at most 2 GiB. Run the prepare stage again.");
    }

    private bool CheckOptional(string name, ElementType type, IReadOnlyList<long> shape)
    {
        if (!file.Tensors.ContainsKey(name))
        {
            return false;
        }

        return Check(name, type).SequenceEqual(shape)
            ? true
            : throw new UserErrorException($"'{file.Path}' is not a file of sequences: its '{name}' and '{InputIdsName}' have different shapes. Run the prepare stage again.");
    }
}
