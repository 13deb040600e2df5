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
    /// <summary>Length of every header that is written.</summary>
    /// <remarks>One length lets the writer replace the header when it has counted the rows.</remarks>
    public const int WrittenLength = 128;

    private const int MaxHeader = 64 << 10;
    private const int MaxDimensions = 32;
    private const int MaxExcerpt = 120;
    private const int PrefixLength = 12;
    private const int WrittenPrefixLength = 10;
    private const string Remedy = "Save it again with numpy.save";

    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["b1"] = ElementType.Bool,
        ["u1"] = ElementType.UInt8,
        ["i1"] = ElementType.Int8,
        ["u2"] = ElementType.UInt16,
        ["i2"] = ElementType.Int16,
        ["u4"] = ElementType.UInt32,
        ["i4"] = ElementType.Int32,
        ["u8"] = ElementType.UInt64,
        ["i8"] = ElementType.Int64,
        ["f2"] = ElementType.Float16,
        ["f4"] = ElementType.Float32,
        ["f8"] = ElementType.Float64,
    };

    /// <summary>Reads and checks the header of a mapped file.</summary>
    /// <exception cref="UserErrorException">It is not an .npy file, or not one that can be read here.</exception>
    public static NpyHeader Read(MappedFile file)
    {
        var (start, length) = ReadPrefix(file);
        if (length > MaxHeader || length > file.Length - start)
        {
            throw DescribeError(
                file,
                $"it announces a header of {length} bytes, but has {file.Length - start} bytes after that number "
                + $"(and {MaxHeader} are the limit here). It is damaged: save it again with numpy.save");
        }

        var text = Encoding.UTF8.GetString(file.Span(start, (int)length));
        var header = Parse(file, text, start + (int)length);
        CheckLength(file, header);
        return header;
    }

    /// <summary>The header's bytes, always <see cref="WrittenLength"/> of them.</summary>
    public static byte[] Write(ElementType type, IReadOnlyList<long> shape)
    {
        var text = Format(type, shape);
        var room = WrittenLength - WrittenPrefixLength - 1;
        if (text.Length > room)
        {
            throw new ArgumentException(
                $"The shape {ElementTypes.Describe(shape)} does not fit a header of {WrittenLength} bytes.", nameof(shape));
        }

        var bytes = new byte[WrittenLength];
        Encoding.Latin1.GetBytes("\u0093NUMPY\u0001\0", bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), WrittenLength - WrittenPrefixLength);
        Encoding.ASCII.GetBytes(text.PadRight(room) + "\n", bytes.AsSpan(WrittenPrefixLength));
        return bytes;
    }

    /// <summary>The dictionary as numpy.save writes it.</summary>
    private static string Format(ElementType type, IReadOnlyList<long> shape)
    {
        var code = Types.FirstOrDefault(pair => pair.Value == type).Key;
        if (code is null)
        {
            throw new ArgumentException($"NumPy has no element type {type}.", nameof(type));
        }

        var order = type.Size() == 1 ? '|' : '<';
        var sizes = string.Join(", ", shape);
        var tuple = shape.Count == 1 ? $"({sizes},)" : $"({sizes})";
        return $"{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {tuple}, }}";
    }

    /// <summary>Where the dictionary starts, and its announced length.</summary>
    private static (int Start, uint Length) ReadPrefix(MappedFile file)
    {
        var prefix = file.Span(0, (int)Math.Min(PrefixLength, file.Length));
        if (prefix.Length < PrefixLength || !prefix.StartsWith(Magic))
        {
            throw DescribeError(
                file,
                "it does not begin with the magic of NumPy. Save it with numpy.save "
                + "(a raw memory map without header, as nanoGPT or OLMo write, is another format)");
        }

        var version = prefix[6];
        switch (version)
        {
            case 1:
                return (WrittenPrefixLength, BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]));
            case 2 or 3:
                return (PrefixLength, BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]));
            default:
                throw DescribeError(file, $"its format version is {version}; versions 1 to 3 are known. {Remedy}");
        }
    }

    private static NpyHeader Parse(MappedFile file, string text, int dataStart)
    {
        var match = MatchDictionary().Match(text);
        if (!match.Success)
        {
            throw DescribeError(
                file, $"its header is not the dictionary that numpy.save writes, but '{Shorten(text)}'. {Remedy}");
        }

        var shape = ParseShape(file, ReadValue(file, match, "shape"));
        if (ReadValue(file, match, "fortran_order") == "True" && shape.Count > 1)
        {
            throw DescribeError(file, "it is in Fortran order. Save numpy.ascontiguousarray(array)");
        }

        return new NpyHeader(ParseType(file, ReadValue(file, match, "descr")), shape, dataStart);
    }

    private static string ReadValue(MappedFile file, Match match, string key)
    {
        var keys = match.Groups["key"].Captures.Select(capture => capture.Value);
        var values = match.Groups["value"].Captures.Select(capture => capture.Value);
        var found = keys.Zip(values).Where(pair => pair.First == key).ToArray();
        if (found.Length != 1)
        {
            throw DescribeError(file, $"its header should name '{key}' once: '{Shorten(match.Value)}'. {Remedy}");
        }

        return found[0].Second;
    }

    private static ElementType ParseType(MappedFile file, string value)
    {
        var text = value.Trim('\'', '"');
        if (text.Length > 1 && text[0] is '<' or '|' or '=' && Types.TryGetValue(text[1..], out var type))
        {
            return type;
        }

        if (text.StartsWith('>'))
        {
            throw DescribeError(
                file, $"its elements '{text}' are big-endian. Save array.astype(array.dtype.newbyteorder('<'))");
        }

        throw DescribeError(
            file,
            $"its elements are of type '{Shorten(text)}', which is not supported. Save whole numbers, floats or booleans");
    }

    private static List<long> ParseShape(MappedFile file, string value)
    {
        var shape = new List<long>();
        var parts = value.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts)
        {
            var isNumber = long.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var size);
            if (!isNumber || shape.Count == MaxDimensions)
            {
                throw DescribeError(file, $"its shape is '{Shorten(value)}'. {Remedy}");
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
            throw DescribeError(
                file,
                $"its shape {ElementTypes.Describe(header.Shape)} of {header.Type} does not fit its {available} bytes of data. "
                + "It is truncated or was written in pieces: save it again with numpy.save");
        }
    }

    private static UserErrorException DescribeError(MappedFile file, string what) =>
        new($"'{file.Path}' is not a usable .npy file: {what}.");

    private static string Shorten(string text) => Excerpt.Create(text, MaxExcerpt);

    // Atomic groups, since the engine without backtracking keeps only the last capture of a repeated group.
    [GeneratedRegex(
        @"\A(?>\s*)\{((?>\s*)['""](?<key>[a-z_]{1,32})['""](?>\s*):(?>\s*)(?<value>'[^'\n]{0,64}'|""[^""\n]{0,64}""|True|False|\([0-9L, ]{0,640}\)|\[[^\]\n]{0,640}\])(?>\s*),?)*(?>\s*)\}(?>\s*)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MatchDictionary();
}
