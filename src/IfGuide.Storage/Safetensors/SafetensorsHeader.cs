using System.Text.Json;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Safetensors;

/// <summary>Reads and checks the header of a safetensors file. Trusts nothing in it: no allocation exceeds a small multiple of the header's own bytes.</summary>
internal sealed class SafetensorsHeader
{
    private const int DeepestShape = 32;
    private const int LongestNameInMessages = 120;

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
            throw header.Error($"its header is not the JSON of a safetensors file ({failure.Message.TrimEnd('.')})", failure);
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
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader);
            }
            else if (!tensors.TryAdd(name, ReadTensor(ref reader, name)))
            {
                throw Error($"its header names tensor '{Shorten(name)}' twice");
            }
        }

        if (reader.Read())
        {
            throw Error("its header goes on after its closing brace");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "__metadata__");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"__metadata__ '{Shorten(key)}'");
            metadata[key] = reader.GetString()!;
        }
    }

    private TensorEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        var shown = Shorten(name);
        Expect(ref reader, JsonTokenType.StartObject, $"tensor '{shown}'");
        ElementType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            switch (key)
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, $"dtype of tensor '{shown}'");
                    var text = reader.GetString()!;
                    type = SafetensorsTypes.TryParse(text, out var known) ? known : throw Error($"tensor '{shown}' has dtype '{Shorten(text)}', which is not supported; convert it to F32, F16 or BF16", remedy: null);
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, $"shape of tensor '{shown}'", DeepestShape);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, $"data_offsets of tensor '{shown}'", 2);
                    break;
                default:
                    throw Error($"tensor '{shown}' has an unknown key '{Shorten(key!)}'");
            }
        }

        return type is null || shape is null || offsets is not { Count: 2 }
            ? throw Error($"tensor '{shown}' lacks its dtype, its shape or its two data_offsets")
            : Check(name, shown, type.Value, shape, offsets[0], offsets[1]);
    }

    private TensorEntry Check(string name, string shown, ElementType type, List<long> shape, long begin, long end)
    {
        if (begin > end || end > dataLength)
        {
            throw Error($"tensor '{shown}' claims bytes {begin} to {end}, but the file has {dataLength} bytes of data");
        }

        var count = ElementTypes.Count(shape);
        return count is null || count > dataLength || count.Value * type.Size() != end - begin
            ? throw Error($"tensor '{shown}' of shape {ElementTypes.Describe(shape)} and dtype {SafetensorsTypes.NameOf(type)} does not fit its {end - begin} bytes")
            : new TensorEntry(name, type, shape, dataStart + begin, end - begin);
    }

    /// <summary>As the format demands: tensors cover the data without overlap and without a hole.</summary>
    private void CheckCoverage()
    {
        var position = dataStart;
        foreach (var tensor in tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Offset != position)
            {
                throw Error($"tensor '{Shorten(tensor.Name)}' begins at byte {tensor.Offset - dataStart} of the data, but the tensors before it end at byte {position - dataStart}: tensors overlap or leave a hole");
            }

            position += tensor.Length;
        }

        if (position != dataStart + dataLength)
        {
            throw Error($"its tensors end at byte {position - dataStart} of the data, but the file has {dataLength} bytes of data");
        }
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string what, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, what);
        var numbers = new List<long>(Math.Min(most, 4));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0 || numbers.Count == most)
            {
                throw Error($"the {what} should be at most {most} whole numbers from 0 up");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw Error($"{what} should be a JSON {type switch { JsonTokenType.StartObject => "object", JsonTokenType.StartArray => "array", _ => "string" }}, found {reader.TokenType}");
        }
    }

    private UserErrorException Error(string what, Exception? cause = null, string? remedy = "Download or export the file again.")
    {
        var message = $"'{path}' is not a usable safetensors file: {what}.";
        return new UserErrorException(remedy is null ? message : $"{message} {remedy}", cause!);
    }

    private static string Shorten(string name) => name.Length <= LongestNameInMessages ? name : name[..LongestNameInMessages] + "…";
}
