using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.JsonLines;

/// <summary>Splits a stream into lines of bytes, without their ends; holds one line at a time.</summary>
internal sealed class LineReader(Stream stream, string path)
{
    private const int MaxLineBytes = 256 << 20;

    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool ended;

    /// <summary>Number of the line last read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line; valid until the next call.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="DamagedFileException">The stream is damaged, or a line is longer than 256 MiB.</exception>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var found = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = Take(searched + found, skip: 1);
                return true;
            }

            searched = end - start;
            if (ended)
            {
                line = Take(searched, skip: 0);
                return searched > 0;
            }

            Fill();
        }
    }

    private ReadOnlyMemory<byte> Take(int length, int skip)
    {
        var line = buffer.AsMemory(start, length);
        start += length + skip;
        Number++;
        if (Number == 1 && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        if (line.Span.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        return line;
    }

    private void Fill()
    {
        MoveToFront();
        if (end == buffer.Length)
        {
            Grow();
        }

        var count = CompressedFile.Read(stream, buffer.AsSpan(end), path, Number);
        ended = count == 0;
        end += count;
    }

    private void MoveToFront()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
    }

    private void Grow()
    {
        if (end >= MaxLineBytes)
        {
            throw new DamagedFileException(
                $"{path}, line {Number + 1} is longer than {MaxLineBytes >> 20} MiB: "
                + "write one JSON object a line, and split very long documents.");
        }

        Array.Resize(ref buffer, buffer.Length * 2);
    }
}
