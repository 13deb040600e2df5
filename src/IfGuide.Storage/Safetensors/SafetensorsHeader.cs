using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>Reads and checks the header of a safetensors file.</summary>
/// <remarks>Trusts nothing in it: no allocation exceeds a small multiple of the header's own bytes.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The header's key that names no tensor.</summary>
    public const string MetadataKey = "__metadata__";

    private const int MaxDimensions = 32;
    private const int MaxNameInMessages = 120;

    private readonly string path;
    private readonly long dataLength;
    private readonly Dictionary<string, TensorEntry> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly long dataStart;

    private SafetensorsHeader(string path, long dataStart, long dataLength)
    {
        this.path = path;
        this.dataStart = dataStart;
        this.dataLength = dataLength;
    }

    public IReadOnlyDictionary<string, TensorEntry> Tensors => tensors;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="json">The header's JSON.</param>
    /// <param name="dataStart">Where the data begin in the file.</param>
    /// <param name="dataLength">Bytes of data in the file.</param>
    public static SafetensorsHeader Read(string path, ReadOnlySpan<byte> json, long dataStart, long dataLength)
    {
        var header = new SafetensorsHeader(path, dataStart, dataLength);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            header.ReadAll(ref reader);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw header.DescribeError(
                $"its header is not the JSON of a safetensors file ({failure.Message.TrimEnd('.')})", failure);
        }

        header.CheckCoverage();
        return header;
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "the header");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else if (!tensors.TryAdd(name, ReadTensor(ref reader, name)))
            {
                throw DescribeError($"its header names tensor '{Shorten(name)}' twice");
            }
        }

        if (reader.Read())
        {
            throw DescribeError("its header goes on after its closing brace");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"{MetadataKey} '{Shorten(key)}'");
            metadata[key] = reader.GetString()!;
        }
    }

    private TensorEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        var shown = Shorten(name);
        Expect(ref reader, JsonTokenType.StartObject, $"tensor '{shown}'");
        var fields = new Fields();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader, shown, fields);
        }

        if (fields is not { Type: { } type, Shape: { } shape, Offsets: [var begin, var end] })
        {
            throw DescribeError($"tensor '{shown}' lacks its dtype, its shape or its two data_offsets");
        }

        return CreateEntry(name, type, shape, begin, end);
    }

    private void ReadField(ref Utf8JsonReader reader, string shown, Fields fields)
    {
        var key = reader.GetString();
        switch (key)
        {
            case "dtype":
                fields.Type = ReadType(ref reader, shown);
                break;
            case "shape":
                fields.Shape = ReadNumbers(ref reader, $"shape of tensor '{shown}'", MaxDimensions);
                break;
            case "data_offsets":
                fields.Offsets = ReadNumbers(ref reader, $"data_offsets of tensor '{shown}'", 2);
                break;
            default:
                throw DescribeError($"tensor '{shown}' has an unknown key '{Shorten(key!)}'");
        }
    }

    private ElementType ReadType(ref Utf8JsonReader reader, string shown)
    {
        Expect(ref reader, JsonTokenType.String, $"dtype of tensor '{shown}'");
        var text = reader.GetString()!;
        if (SafetensorsTypes.TryParse(text, out var type))
        {
            return type;
        }

        throw new UserErrorException(DescribeFile(
            $"tensor '{shown}' has dtype '{Shorten(text)}', which is not supported; convert it to F32, F16 or BF16"));
    }

    private TensorEntry CreateEntry(string name, ElementType type, List<long> shape, long begin, long end)
    {
        if (begin > end || end > dataLength)
        {
            throw DescribeError(
                $"tensor '{Shorten(name)}' claims bytes {begin} to {end}, but the file has {dataLength} bytes of data");
        }

        var count = ElementTypes.Count(shape);
        if (count is null || count > dataLength || count.Value * type.Size() != end - begin)
        {
            throw DescribeError(
                $"tensor '{Shorten(name)}' of shape {ElementTypes.Describe(shape)} and dtype {SafetensorsTypes.Format(type)} "
                + $"does not fit its {end - begin} bytes");
        }

        return new TensorEntry(name, type, shape, dataStart + begin, end - begin);
    }

    /// <summary>As the format demands: tensors cover the data without overlap and without a hole.</summary>
    private void CheckCoverage()
    {
        var position = dataStart;
        foreach (var tensor in tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Offset != position)
            {
                throw DescribeError(
                    $"tensor '{Shorten(tensor.Name)}' begins at byte {tensor.Offset - dataStart} of the data, "
                    + $"but the tensors before it end at byte {position - dataStart}: tensors overlap or leave a hole");
            }

            position += tensor.Length;
        }

        if (position != dataStart + dataLength)
        {
            throw DescribeError(
                $"its tensors end at byte {position - dataStart} of the data, but the file has {dataLength} bytes of data");
        }
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string what, int maxCount)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var numbers = new List<long>(Math.Min(maxCount, 4));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var isNumber = reader.TokenType == JsonTokenType.Number;
            if (!isNumber || !reader.TryGetInt64(out var number) || number < 0 || numbers.Count == maxCount)
            {
                throw DescribeError($"the {what} should be at most {maxCount} whole numbers from 0 up");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw DescribeError($"{what} should be a JSON {Describe(type)}, found {reader.TokenType}");
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        _ => "string",
    };

    private UserErrorException DescribeError(string what, Exception? cause = null) =>
        new($"{DescribeFile(what)} Download or export the file again.", cause!);

    private string DescribeFile(string what) => $"'{path}' is not a usable safetensors file: {what}.";

    private static string Shorten(string name) => Excerpt.Create(name, MaxNameInMessages);

    /// <summary>What was read of a tensor so far.</summary>
    private sealed class Fields
    {
        public ElementType? Type { get; set; }

        public List<long>? Shape { get; set; }

        public List<long>? Offsets { get; set; }
    }
}
