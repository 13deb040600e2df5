using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Npy;

/// <summary>The header of an .npy file (format versions 1 to 3; NumPy enhancement proposal 1).</summary>
internal sealed partial record NpyHeader(ElementType Type, IReadOnlyList<long> Shape, int DataStart)
{
    /// <summary>Length of every header that is written: one size, so that it can be written again when the rows are counted.</summary>
    public const int WrittenLength = 128;

    private const int LongestHeader = 64 << 10;
    private const int DeepestShape = 32;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["b1"] = ElementType.Bool, ["u1"] = ElementType.UInt8, ["i1"] = ElementType.Int8, ["u2"] = ElementType.UInt16, ["i2"] = ElementType.Int16,
        ["u4"] = ElementType.UInt32, ["i4"] = ElementType.Int32, ["u8"] = ElementType.UInt64, ["i8"] = ElementType.Int64,
        ["f2"] = ElementType.Float16, ["f4"] = ElementType.Float32, ["f8"] = ElementType.Float64,
    };

    /// <summary>Reads and checks the header of a mapped file.</summary>
    /// <exception cref="UserErrorException">It is not an .npy file, or not one that can be read here.</exception>
    public static NpyHeader Read(MappedFile file)
    {
        var prefix = file.Span(0, (int)Math.Min(12, file.Length));
        if (prefix.Length < 12 || !prefix.StartsWith(Magic))
        {
            throw Error(file, "it does not begin with the magic of NumPy. Save it with numpy.save (a raw memory map without header, as nanoGPT or OLMo write, is another format)");
        }

        var version = prefix[6];
        var (start, length) = version switch
        {
            1 => (10, BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..])),
            2 or 3 => (12, BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..])),
            _ => throw Error(file, $"its format version is {version}; versions 1 to 3 are known. Save it again with numpy.save"),
        };
        if (length > LongestHeader || length > file.Length - start)
        {
            throw Error(file, $"it announces a header of {length} bytes, but has {file.Length - start} bytes after that number (and {LongestHeader} are the limit here). It is damaged: save it again with numpy.save");
        }

        var text = Encoding.UTF8.GetString(file.Span(start, (int)length));
        var header = Parse(file, text, start + (int)length);
        CheckLength(file, header);
        return header;
    }

    /// <summary>The header's bytes, always <see cref="WrittenLength"/> of them.</summary>
    public static byte[] Write(ElementType type, IReadOnlyList<long> shape)
    {
        var code = Types.FirstOrDefault(pair => pair.Value == type).Key ?? throw new ArgumentException($"NumPy has no element type {type}.", nameof(type));
        var order = type.Size() == 1 ? '|' : '<';
        var tuple = shape.Count == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        var text = $"{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {tuple}, }}";
        var room = WrittenLength - 10 - 1;
        if (text.Length > room)
        {
            throw new ArgumentException($"The shape {ElementTypes.Describe(shape)} does not fit a header of {WrittenLength} bytes.", nameof(shape));
        }

        var bytes = new byte[WrittenLength];
        Encoding.Latin1.GetBytes($"\u0093NUMPY\u0001\0", bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), WrittenLength - 10);
        Encoding.ASCII.GetBytes(text.PadRight(room) + "\n", bytes.AsSpan(10));
        return bytes;
    }

    private static NpyHeader Parse(MappedFile file, string text, int dataStart)
    {
        var match = Literal().Match(text);
        if (!match.Success)
        {
            throw Error(file, $"its header is not the dictionary that numpy.save writes, but '{Shorten(text)}'. Save it again with numpy.save");
        }

        var values = match.Groups["key"].Captures.Zip(match.Groups["value"].Captures, (key, value) => (key.Value, value.Value)).ToArray();
        string Value(string key) => values.Where(value => value.Item1 == key).Select(value => value.Item2).ToArray() is [var only]
            ? only
            : throw Error(file, $"its header should name '{key}' once: '{Shorten(text)}'. Save it again with numpy.save");

        var shape = ParseShape(file, Value("shape"));
        if (Value("fortran_order") == "True" && shape.Count > 1)
        {
            throw Error(file, "it is in Fortran order. Save numpy.ascontiguousarray(array)");
        }

        return new NpyHeader(ParseType(file, Value("descr")), shape, dataStart);
    }

    private static ElementType ParseType(MappedFile file, string value)
    {
        var text = value.Trim('\'', '"');
        if (text.Length > 1 && text[0] is '<' or '|' or '=' && Types.TryGetValue(text[1..], out var type))
        {
            return type;
        }

        throw Error(file, text.StartsWith('>')
            ? $"its elements '{text}' are big-endian. Save array.astype(array.dtype.newbyteorder('<'))"
            : $"its elements are of type '{Shorten(text)}', which is not supported. Save whole numbers, floats or booleans");
    }

    private static List<long> ParseShape(MappedFile file, string value)
    {
        var shape = new List<long>();
        foreach (var part in value.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || shape.Count == DeepestShape)
            {
                throw Error(file, $"its shape is '{Shorten(value)}'. Save it again with numpy.save");
            }

            shape.Add(size);
        }

        return shape;
    }

    private static void CheckLength(MappedFile file, NpyHeader header)
    {
        var available = file.Length - header.DataStart;
        var count = ElementTypes.Count(header.Shape);
        if (count is null || count > available || count.Value * header.Type.Size() != available)
        {
            throw Error(file, $"its shape {ElementTypes.Describe(header.Shape)} of {header.Type} does not fit its {available} bytes of data. It is truncated or was written in pieces: save it again with numpy.save");
        }
    }

    private static UserErrorException Error(MappedFile file, string what) => new($"'{file.Path}' is not a usable .npy file: {what}.");

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..120] + "…";

    // Atomic groups, since the engine without backtracking keeps only the last capture of a repeated group.
    [GeneratedRegex(
        @"\A(?>\s*)\{((?>\s*)['""](?<key>[a-z_]{1,32})['""](?>\s*):(?>\s*)(?<value>'[^'\n]{0,64}'|""[^""\n]{0,64}""|True|False|\([0-9L, ]{0,640}\)|\[[^\]\n]{0,640}\])(?>\s*),?)*(?>\s*)\}(?>\s*)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Literal();
}
