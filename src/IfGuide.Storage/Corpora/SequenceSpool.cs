using System.Runtime.InteropServices;

namespace IfGuide.Storage.Corpora;

/// <summary>Packed sequences and documents in temporary files, until their number is known and shards can be cut. Memory holds four bytes per padded sequence.</summary>
internal sealed class SequenceSpool : ISequenceSink, ISequenceSource, IDisposable
{
    private readonly FileStream tokens;
    private readonly FileStream documents;
    private readonly BinaryWriter documentWriter;
    private readonly List<int> attended = [];
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
        Sequences++;
        if (padded)
        {
            this.attended.Add(attended);
        }
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

    /// <summary>The documents in order; one reader at a time.</summary>
    public IEnumerable<PackedDocument> Documents()
    {
        CheckWritten();
        documents.Position = 0;
        using var reader = new BinaryReader(documents, System.Text.Encoding.UTF8, leaveOpen: true);
        while (documents.Position < documents.Length)
        {
            yield return new PackedDocument(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBoolean());
        }
    }

    public void InputIds(long sequence, Span<int> tokens)
    {
        CheckWritten();
        var bytes = MemoryMarshal.AsBytes(tokens[..Length]);
        var offset = sequence * bytes.Length;
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(this.tokens.SafeFileHandle, bytes, offset);
            if (count == 0)
            {
                throw new EndOfStreamException($"The temporary file '{this.tokens.Name}' ends within sequence {sequence}.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    public void Labels(long sequence, Span<int> labels)
    {
        InputIds(sequence, labels);
        if (padded)
        {
            labels[attended[(int)sequence]..Length].Fill(ISequenceSource.NoLabel);
        }
    }

    public void AttentionMask(long sequence, Span<byte> mask)
    {
        var count = padded ? attended[(int)sequence] : Length;
        mask[..count].Fill(1);
        mask[count..Length].Clear();
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
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 16);
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
