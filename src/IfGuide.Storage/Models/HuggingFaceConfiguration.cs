using System.Text.Json;
using System.Text.Json.Nodes;
using IfGuide.Abstractions;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Models;

/// <summary>config.json, as Hugging Face transformers writes it for GPT-NeoX, Llama, Mistral, Qwen2 and GPT-2 models.</summary>
/// <remarks>Ignores unknown keys that change no mathematics, and refuses features that would by name.</remarks>
public static class HuggingFaceConfiguration
{
    private const string Remedy = "Download or export the model's folder again.";

    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 64 };
    private static readonly JsonWriterOptions WriteOptions = new() { Indented = true };

    /// <summary>The families of models by the <c>model_type</c> that names them.</summary>
    public static IReadOnlyDictionary<string, ModelFamily> ModelTypes { get; } = new Dictionary<string, ModelFamily>
    {
        ["gpt_neox"] = ModelFamily.GptNeoX,
        ["llama"] = ModelFamily.Llama,
        ["mistral"] = ModelFamily.Mistral,
        ["qwen2"] = ModelFamily.Qwen2,
        ["gpt2"] = ModelFamily.Gpt2,
    };

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">A config.json.</param>
    /// <exception cref="UserErrorException">
    /// The file is unreadable, incomplete, or of a model that is not supported. The message names file and key.
    /// </exception>
    public static TransformerConfiguration Read(string path)
    {
        using var json = Parse(path);
        try
        {
            var configuration = Read(new ConfigurationReader(path, json.RootElement));
            configuration.Validate();
            return configuration;
        }
        catch (ModelFormatException exception)
        {
            throw new UserErrorException($"'{path}': {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new UserErrorException($"'{path}' holds a string that is not valid UTF-8. {Remedy}", exception);
        }
    }

    /// <summary>Writes a configuration that transformers loads.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="endOfTextToken">The token that ends a document; null: 0.</param>
    public static void Write(Stream stream, TransformerConfiguration configuration, int? endOfTextToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var json = new JsonObject();
        WriteFamily(json, configuration);
        json["bos_token_id"] = endOfTextToken ?? 0;
        json["eos_token_id"] = endOfTextToken ?? 0;
        if (configuration.Family != ModelFamily.Gpt2)
        {
            SizeKeys.Write(json, configuration);
        }

        json["tie_word_embeddings"] = configuration.TieEmbeddings;
        json["torch_dtype"] = "float32";
        json["vocab_size"] = configuration.VocabularySize;
        using var writer = new Utf8JsonWriter(stream, WriteOptions);
        json.WriteTo(writer);
    }

    private static TransformerConfiguration Read(ConfigurationReader reader)
    {
        if (reader.Has("quantization_config"))
        {
            throw reader.DescribeWrong("quantization_config", "weights of 16 or 32 bits");
        }

        if (!ModelTypes.TryGetValue(reader.ReadText("model_type"), out var family))
        {
            throw reader.DescribeWrong("model_type", string.Join(", ", ModelTypes.Keys));
        }

        return family switch
        {
            ModelFamily.GptNeoX => GptNeoXConfiguration.Read(reader),
            ModelFamily.Gpt2 => Gpt2Configuration.Read(reader),
            _ => LlamaConfiguration.Read(reader, family),
        };
    }

    private static void WriteFamily(JsonObject json, TransformerConfiguration configuration)
    {
        switch (configuration.Family)
        {
            case ModelFamily.GptNeoX:
                GptNeoXConfiguration.Write(json, configuration);
                break;
            case ModelFamily.Gpt2:
                Gpt2Configuration.Write(json, configuration);
                break;
            default:
                var modelType = ModelTypes.Single(type => type.Value == configuration.Family).Key;
                LlamaConfiguration.Write(json, configuration, modelType);
                break;
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var json = JsonDocument.Parse(stream, ParseOptions);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("the top level is no object");
            }

            return json;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"'{path}' is not valid JSON: {exception.Message} {Remedy}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, exception);
        }
    }
}
