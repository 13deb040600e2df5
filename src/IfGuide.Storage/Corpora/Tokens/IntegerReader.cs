using System.Buffers.Binary;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>Whole numbers one after another in a part of a file, little-endian; memory holds 64 KiB of them.</summary>
/// <param name="file">The file.</param>
/// <param name="path">Its name, for messages.</param>
/// <param name="start">First byte of the numbers.</param>
/// <param name="type">Their type.</param>
internal sealed class IntegerReader(SafeFileHandle file, string path, long start, ElementType type)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly int size = type.Size();
    private long bufferStart = -1;
    private int bufferLength;

    /// <summary>A number; fast when numbers are read in order.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="UserErrorException">The file became shorter while it was read, or the disk fails.</exception>
    public long this[long index]
    {
        get
        {
            var offset = start + (index * size);
            if (bufferStart < 0 || offset < bufferStart || offset + size > bufferStart + bufferLength)
            {
                Fill(offset);
            }

            return Decode(buffer.AsSpan((int)(offset - bufferStart), size));
        }
    }

    /// <summary>Opens a file for such readers.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }
    }

    private void Fill(long offset)
    {
        bufferLength = 0;
        bufferStart = offset;
        try
        {
            while (bufferLength < buffer.Length)
            {
                var count = RandomAccess.Read(file, buffer.AsSpan(bufferLength), offset + bufferLength);
                if (count <= 0)
                {
                    break;
                }

                bufferLength += count;
            }
        }
        catch (IOException failure)
        {
            throw UnreadableFile.Describe(path, failure);
        }

        if (bufferLength < size)
        {
            throw new UserErrorException(
                $"'{path}' ended at byte {offset + bufferLength} while it was read: leave the corpus alone during a run.");
        }
    }

    private long Decode(ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case ElementType.UInt8:
                return bytes[0];
            case ElementType.Int8:
                return (sbyte)bytes[0];
            case ElementType.UInt16:
                return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            case ElementType.Int16:
                return BinaryPrimitives.ReadInt16LittleEndian(bytes);
            case ElementType.UInt32:
                return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            case ElementType.Int32:
                return BinaryPrimitives.ReadInt32LittleEndian(bytes);
            case ElementType.Int64 or ElementType.UInt64:
                return BinaryPrimitives.ReadInt64LittleEndian(bytes);
            default:
                throw new InvalidOperationException($"{type} is no type of whole numbers.");
        }
    }
}
