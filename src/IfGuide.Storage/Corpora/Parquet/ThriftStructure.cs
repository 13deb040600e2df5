using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>
/// Walks over a structure in Thrift's compact protocol, in which parquet writes footers and page headers, and believes no announced length that the bytes cannot hold.
/// The reader behind it allocates what a length announces.
/// </summary>
internal ref struct ThriftStructure(ReadOnlySpan<byte> bytes)
{
    private const int DeepestNesting = 32;
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
        Structure(0, 0);
        return position;
    }

    private void Structure(int parent, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw Damaged("nests too deep");
        }

        var field = 0;
        while (Byte() is var header and not 0)
        {
            field = header >> 4 is var step and not 0 ? field + step : (int)Signed();
            Value(header & 0xf, (parent, field), depth);
        }
    }

    private void Value(int type, (int Parent, int Field) at, int depth)
    {
        switch (type)
        {
            case 1 or 2:
                break;
            case 3:
                Skip(1);
                break;
            case 4 or 5 or 6 when depth <= 1:
                numbers[at] = Signed();
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                Skip(8);
                break;
            case 8:
                Skip(Varint());
                break;
            case 9 or 10:
                Elements(depth);
                break;
            case 11:
                Map(depth);
                break;
            case 12:
                Structure(depth == 0 ? at.Field : 0, depth + 1);
                break;
            default:
                throw Damaged($"has a value of type {type}");
        }
    }

    private void Elements(int depth)
    {
        var header = Byte();
        var count = header >> 4 is var small and < 15 ? (ulong)small : Varint();
        Require(count);
        for (ulong element = 0; element < count; element++)
        {
            Element(header & 0xf, depth);
        }
    }

    private void Map(int depth)
    {
        var count = Varint();
        Require(count);
        var types = count == 0 ? 0 : Byte();
        for (ulong entry = 0; entry < count; entry++)
        {
            Element(types >> 4, depth);
            Element(types & 0xf, depth);
        }
    }

    /// <remarks>In a collection a boolean takes a byte.</remarks>
    private void Element(int type, int depth)
    {
        if (type is 1 or 2)
        {
            Skip(1);
        }
        else
        {
            Value(type, default, depth + 2);
        }
    }

    private long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged("has a number of more than ten bytes");
    }

    private int Byte() => position < bytes.Length ? bytes[position++] : throw Damaged("ends too early");

    private void Skip(ulong count)
    {
        Require(count);
        position += (int)count;
    }

    private readonly void Require(ulong count)
    {
        if (count > (ulong)(bytes.Length - position))
        {
            throw Damaged($"announces {count} bytes or elements where {bytes.Length - position} bytes are left");
        }
    }

    private static DamagedFileException Damaged(string what) => new($"a structure {what}");
}
