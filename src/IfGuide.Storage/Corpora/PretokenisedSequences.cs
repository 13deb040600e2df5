using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.Storage.Corpora;

/// <summary>Token arrays of the user: .npy files of whole numbers [sequences, tokens]. Every number is checked when it is read.</summary>
public sealed class PretokenisedSequences : ISequenceSource, IDisposable
{
    private readonly NpyFile inputIds;
    private readonly NpyFile? labels;
    private readonly NpyFile? attentionMask;
    private readonly int vocabularySize;
    private readonly long[] numbers;

    private PretokenisedSequences(NpyFile inputIds, NpyFile? labels, NpyFile? attentionMask, int vocabularySize)
    {
        this.inputIds = inputIds;
        this.labels = labels;
        this.attentionMask = attentionMask;
        this.vocabularySize = vocabularySize;
        CheckArray(inputIds, inputIds);
        CheckArray(labels, inputIds);
        CheckArray(attentionMask, inputIds);
        Sequences = inputIds.Rows;
        Length = (int)inputIds.RowLength;
        numbers = new long[Length];
    }

    /// <inheritdoc/>
    public long Sequences { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Opens the files and checks their types and shapes.</summary>
    /// <param name="arrays">The files.</param>
    /// <param name="vocabularySize">The model's vocabulary: ids are below it.</param>
    /// <exception cref="UserErrorException">A file cannot be read, holds no whole numbers, or their shapes differ; the message names the file.</exception>
    public static PretokenisedSequences Open(PretokenisedSpec arrays, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var opened = new List<NpyFile>();
        try
        {
            var inputIds = OpenFile(arrays.InputIds, opened)!;
            var labels = OpenFile(arrays.Labels, opened);
            var attentionMask = OpenFile(arrays.AttentionMask, opened);
            return new PretokenisedSequences(inputIds, labels, attentionMask, vocabularySize);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void InputIds(long sequence, Span<int> tokens) =>
        Read(inputIds, sequence, tokens, IsToken, $"a token id from 0 to {vocabularySize - 1}, the model's vocabulary");

    /// <inheritdoc/>
    public void Labels(long sequence, Span<int> labels)
    {
        if (this.labels is not null)
        {
            var expected = $"-100 or a token id from 0 to {vocabularySize - 1}, the model's vocabulary";
            Read(this.labels, sequence, labels, label => label == ISequenceSource.NoLabel || IsToken(label), expected);
            return;
        }

        InputIds(sequence, labels);
        if (attentionMask is not null)
        {
            var mask = new byte[Length];
            AttentionMask(sequence, mask);
            DefaultLabels.Fill(labels[..Length], mask, labels);
        }
    }

    /// <inheritdoc/>
    public void AttentionMask(long sequence, Span<byte> mask)
    {
        if (attentionMask is null)
        {
            mask[..Length].Fill(1);
            return;
        }

        Read(attentionMask, sequence, mask, value => value is 0 or 1, "1 for a token or 0 for padding");
    }

    /// <summary>Unmaps the files.</summary>
    public void Dispose()
    {
        inputIds.Dispose();
        labels?.Dispose();
        attentionMask?.Dispose();
    }

    private static NpyFile? OpenFile(string? path, List<NpyFile> opened)
    {
        if (path is null)
        {
            return null;
        }

        var file = NpyFile.Open(path);
        opened.Add(file);
        return file;
    }

    private static void CheckArray(NpyFile? array, NpyFile inputIds)
    {
        if (array is null)
        {
            return;
        }

        var (path, shape) = (array.Path, array.Shape);
        if (!array.Type.IsInteger())
        {
            throw new UserErrorException(
                $"'{path}' has elements of type {array.Type}, expected whole numbers: save array.astype('int32').");
        }

        if (shape is not [> 0, >= 2 and <= int.MaxValue])
        {
            throw new UserErrorException(
                $"'{path}' has the shape {ElementTypes.Describe(shape)}, "
                + "expected [sequences, tokens] with at least one sequence of two tokens: reshape the array.");
        }

        if (!shape.SequenceEqual(inputIds.Shape))
        {
            throw new UserErrorException(
                $"'{path}' has the shape {ElementTypes.Describe(shape)}, "
                + $"but '{inputIds.Path}' has {ElementTypes.Describe(inputIds.Shape)}: the arrays of one set need equal shapes.");
        }
    }

    private bool IsToken(long id) => id >= 0 && id < vocabularySize;

    private void Read<T>(NpyFile file, long sequence, Span<T> row, Func<long, bool> isValid, string expected)
        where T : System.Numerics.INumberBase<T>
    {
        file.ReadIntegers(sequence, numbers);
        for (var i = 0; i < Length; i++)
        {
            if (!isValid(numbers[i]))
            {
                throw new UserErrorException(
                    $"'{file.Path}', sequence {sequence}, position {i}: found {numbers[i]}, expected {expected}. "
                    + "Correct the array, or use the model that it was made for.");
            }

            row[i] = T.CreateTruncating(numbers[i]);
        }
    }
}
