using System.Runtime.InteropServices;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Corpora;

/// <summary>Sequences at rest, mapped into memory: a corpus shard or a query set.</summary>
/// <remarks>
/// A safetensors file of <c>input_ids</c>, int32 [sequences, tokens]. <c>labels</c>, int32, and <c>attention_mask</c>, uint8, have the same shape.
/// They are there only where they differ from the default: the ids, with −100 on padding, as labels, and all ones as mask.
/// </remarks>
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
    public static void Write(Stream stream, ISequenceSource source, long first, long count) =>
        Write(stream, source, first, count, SequenceStatistics.Compute(source, first, count));

    /// <summary>Writes a range of sequences whose statistics are known; the same bytes.</summary>
    internal static void Write(Stream stream, ISequenceSource source, long first, long count, SequenceStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(source);
        long[] shape = [count, source.Length];
        var tensors = new List<TensorSource>();
        Add<int>(InputIdsName, ElementType.Int32, source.InputIds);
        if (statistics.HasOwnLabels)
        {
            Add<int>(LabelsName, ElementType.Int32, source.Labels);
        }

        if (statistics.HasPadding)
        {
            Add<byte>(AttentionMaskName, ElementType.UInt8, source.AttentionMask);
        }

        SafetensorsWriter.Write(stream, tensors);

        void Add<T>(string name, ElementType type, RowReader<T> read)
            where T : unmanaged =>
            tensors.Add(new TensorSource(name, type, shape, output => WriteRows(output, read, source.Length, first, count)));
    }

    /// <summary>Gives a sequence's token ids without a copy; valid until the file is disposed.</summary>
    /// <param name="sequence">The sequence.</param>
    public ReadOnlySpan<int> InputIds(long sequence) => GetRow<int>(InputIdsName, sequence);

    /// <inheritdoc/>
    public void InputIds(long sequence, Span<int> tokens) => InputIds(sequence).CopyTo(tokens);

    /// <inheritdoc/>
    public void Labels(long sequence, Span<int> labels)
    {
        if (HasLabels)
        {
            GetRow<int>(LabelsName, sequence).CopyTo(labels);
        }
        else if (HasAttentionMask)
        {
            DefaultLabels.Fill(InputIds(sequence), GetRow<byte>(AttentionMaskName, sequence), labels);
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
            GetRow<byte>(AttentionMaskName, sequence).CopyTo(mask);
        }
        else
        {
            CheckSequence(sequence);
            mask[..Length].Fill(1);
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => file.Dispose();

    private delegate void RowReader<T>(long sequence, Span<T> row);

    private static void WriteRows<T>(Stream output, RowReader<T> read, int length, long first, long count)
        where T : unmanaged
    {
        var row = new T[length];
        for (var sequence = first; sequence < first + count; sequence++)
        {
            read(sequence, row);
            output.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }

    private ReadOnlySpan<T> GetRow<T>(string name, long sequence)
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
        var shape = entry.Shape;
        if (entry.Type != type || shape is not [> 0, > 0 and <= int.MaxValue] || entry.Length > int.MaxValue)
        {
            throw CreateError(
                $"its '{name}' is {entry.Type} {ElementTypes.Describe(shape)}, expected {type} [sequences, tokens] of at most 2 GiB");
        }

        return shape;
    }

    private bool CheckOptional(string name, ElementType type, IReadOnlyList<long> shape)
    {
        if (!file.Tensors.ContainsKey(name))
        {
            return false;
        }

        if (!Check(name, type).SequenceEqual(shape))
        {
            throw CreateError($"its '{name}' and '{InputIdsName}' have different shapes");
        }

        return true;
    }

    private UserErrorException CreateError(string what) =>
        new($"'{file.Path}' is not a file of sequences: {what}. Run the prepare stage again.");
}
