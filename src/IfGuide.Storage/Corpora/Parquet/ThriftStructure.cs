using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>Walks over a structure in Thrift's compact protocol, in which parquet writes footers and page headers.</summary>
/// <remarks>It believes no announced length that the bytes cannot hold: the library allocates what a length announces.</remarks>
internal ref struct ThriftStructure(ReadOnlySpan<byte> bytes)
{
    private const int MaxNesting = 32;
    private const int True = 1;
    private const int False = 2;
    private const int Byte = 3;
    private const int Int16 = 4;
    private const int Int32 = 5;
    private const int Int64 = 6;
    private const int Double = 7;
    private const int Binary = 8;
    private const int List = 9;
    private const int Set = 10;
    private const int Map = 11;
    private const int Structure = 12;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly Dictionary<(int Parent, int Field), long> numbers = [];
    private int position;

    /// <summary>Whole numbers by field, of the structure (parent 0) and of the structures in its fields.</summary>
    public readonly IReadOnlyDictionary<(int Parent, int Field), long> Numbers => numbers;

    /// <summary>Walks over one structure.</summary>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="DamagedFileException">It ends too late, nests too deep, or announces more than there is.</exception>
    public int Walk()
    {
        WalkStructure(0, 0);
        return position;
    }

    private void WalkStructure(int parent, int depth)
    {
        if (depth > MaxNesting)
        {
            throw CreateError("nests too deep");
        }

        var field = 0;
        while (ReadByte() is var header and not 0)
        {
            var step = header >> 4;
            field += step;
            if (step == 0)
            {
                field = (int)ReadSigned();
            }

            WalkValue(header & 0xf, (parent, field), depth);
        }
    }

    private void WalkValue(int type, (int Parent, int Field) at, int depth)
    {
        switch (type)
        {
            case True or False:
                break;
            case Byte:
                Skip(1);
                break;
            case Int16 or Int32 or Int64:
                var number = ReadSigned();
                if (depth <= 1)
                {
                    numbers[at] = number;
                }

                break;
            case Double:
                Skip(8);
                break;
            case Binary:
                Skip(ReadVarint());
                break;
            case List or Set:
                WalkElements(depth);
                break;
            case Map:
                WalkMap(depth);
                break;
            case Structure:
                WalkStructure(depth == 0 ? at.Field : 0, depth + 1);
                break;
            default:
                throw CreateError($"has a value of type {type}");
        }
    }

    private void WalkElements(int depth)
    {
        var header = ReadByte();
        var count = (ulong)(header >> 4);
        if (count == 15)
        {
            count = ReadVarint();
        }

        Require(count);
        for (ulong element = 0; element < count; element++)
        {
            WalkElement(header & 0xf, depth);
        }
    }

    private void WalkMap(int depth)
    {
        var count = ReadVarint();
        Require(count);
        var types = count == 0 ? 0 : ReadByte();
        for (ulong entry = 0; entry < count; entry++)
        {
            WalkElement(types >> 4, depth);
            WalkElement(types & 0xf, depth);
        }
    }

    /// <remarks>In a collection a boolean takes a byte.</remarks>
    private void WalkElement(int type, int depth)
    {
        if (type is True or False)
        {
            Skip(1);
        }
        else
        {
            WalkValue(type, default, depth + 2);
        }
    }

    private long ReadSigned()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw CreateError("has a number of more than ten bytes");
    }

    private int ReadByte()
    {
        if (position >= bytes.Length)
        {
            throw CreateError("ends too early");
        }

        return bytes[position++];
    }

    private void Skip(ulong count)
    {
        Require(count);
        position += (int)count;
    }

    private readonly void Require(ulong count)
    {
        if (count > (ulong)(bytes.Length - position))
        {
            throw CreateError($"announces {count} bytes or elements where {bytes.Length - position} bytes are left");
        }
    }

    private static DamagedFileException CreateError(string what) => new($"a structure {what}");
}
