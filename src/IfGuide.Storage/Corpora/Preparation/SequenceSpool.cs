using System.Runtime.InteropServices;
using System.Text;

namespace IfGuide.Storage.Corpora.Preparation;

/// <summary>Keeps packed sequences and documents in temporary files until their number is known and shards can be cut.</summary>
/// <remarks>Memory holds nothing that grows with them.</remarks>
internal sealed class SequenceSpool : ISequenceSink, ISequenceSource, IDisposable
{
    private readonly FileStream tokens;
    private readonly FileStream documents;
    private readonly BinaryWriter documentWriter;
    private readonly bool padded;
    private bool written;

    /// <summary>Creates the files; they vanish with this object, also when the process is killed.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="length">Tokens per sequence.</param>
    /// <param name="padded">Whether sequences may be padded.</param>
    public SequenceSpool(string folder, int length, bool padded)
    {
        Length = length;
        this.padded = padded;
        Directory.CreateDirectory(folder);
        tokens = Create(folder);
        documents = Create(folder);
        documentWriter = new BinaryWriter(documents);
    }

    public long Sequences { get; private set; }

    public int Length { get; }

    public void AddSequence(ReadOnlySpan<int> tokens, int attended)
    {
        this.tokens.Write(MemoryMarshal.AsBytes(tokens));
        if (padded)
        {
            this.tokens.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in attended)));
        }

        Sequences++;
    }

    public void AddDocument(PackedDocument document)
    {
        documentWriter.Write(document.Id);
        documentWriter.Write(document.Source);
        documentWriter.Write(document.FirstToken);
        documentWriter.Write(document.TokenCount);
        documentWriter.Write(document.Closed);
    }

    /// <summary>Ends writing; from here on the spool is read.</summary>
    public void Complete()
    {
        tokens.Flush();
        documentWriter.Flush();
        written = true;
    }

    /// <summary>Reads the documents in order, each with the place behind it in the file; one reader at a time.</summary>
    /// <param name="place">Where to begin: 0, or behind a document.</param>
    public IEnumerable<(PackedDocument Document, long End)> ReadDocuments(long place)
    {
        CheckWritten();
        documents.Position = place;
        using var reader = new BinaryReader(documents, Encoding.UTF8, leaveOpen: true);
        while (documents.Position < documents.Length)
        {
            var document = ReadDocument(reader);
            yield return (document, documents.Position);
        }
    }

    public void InputIds(long sequence, Span<int> tokens) => Read(sequence, 0, tokens[..Length]);

    public void Labels(long sequence, Span<int> labels)
    {
        InputIds(sequence, labels);
        labels[CountAttended(sequence)..Length].Fill(ISequenceSource.NoLabel);
    }

    public void AttentionMask(long sequence, Span<byte> mask)
    {
        var count = CountAttended(sequence);
        mask[..count].Fill(1);
        mask[count..Length].Clear();
    }

    private static PackedDocument ReadDocument(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBoolean());

    private int CountAttended(long sequence)
    {
        if (!padded)
        {
            return Length;
        }

        Span<int> attended = stackalloc int[1];
        Read(sequence, Length, attended);
        return attended[0];
    }

    /// <summary>Reads numbers of a sequence's record: its tokens and, where sequences may be padded, how many are attended.</summary>
    private void Read(long sequence, int first, Span<int> numbers)
    {
        CheckWritten();
        var bytes = MemoryMarshal.AsBytes(numbers);
        long recordLength = Length;
        if (padded)
        {
            recordLength++;
        }

        var offset = sizeof(int) * ((sequence * recordLength) + first);
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(tokens.SafeFileHandle, bytes, offset);
            if (count == 0)
            {
                throw new EndOfStreamException($"The temporary file '{tokens.Name}' ends within sequence {sequence}.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    public void Dispose()
    {
        tokens.Dispose();
        documentWriter.Dispose();
    }

    /// <remarks>The name is unlinked at once: nothing is left behind, whatever happens.</remarks>
    private static FileStream Create(string folder)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName());
        const FileShare share = FileShare.ReadWrite | FileShare.Delete;
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, share, bufferSize: 1 << 16);
        File.Delete(path);
        return file;
    }

    private void CheckWritten()
    {
        if (!written)
        {
            throw new InvalidOperationException("The spool is still being written.");
        }
    }
}
