using System.Text;
using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Models;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Queries;
using IfGuide.Storage.Safetensors;
using IfGuide.Storage.Tests.Corpora;
using IfGuide.Storage.Tests.Models;
using IfGuide.Storage.Tests.Safetensors;
using IfGuide.Storage.Tests.Support;
using IfGuide.Storage.Tests.Tokenizers;
using IfGuide.Storage.Tokenizers;
using IfGuide.Tests.Shared;

namespace IfGuide.Storage.Tests.Fuzzing;

/// <summary>Damaged files of models, tokenizers, arrays, queries and prompts.</summary>
public sealed class FileFuzzTests
{
    [Fact]
    public void Safetensors()
    {
        using var target = new FuzzTarget("safetensors");
        target.Run("x.safetensors", [SafetensorsBytes.Small(), SafetensorsBytes.Raw("{}", 0), SafetensorsBytes.Raw("{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4)], path =>
        {
            using var file = SafetensorsFile.Open(path);
            var length = new FileInfo(path).Length;
            foreach (var entry in file.Tensors.Values)
            {
                Assert.InRange(entry.Offset + entry.Length, entry.Offset, length);
                file.ForEachPiece(entry.Name, 8, (_, piece) => Assert.InRange(piece.Length, 1, 8));
            }
        });
    }

    [Fact]
    public void Npy()
    {
        using var target = new FuzzTarget("npy");
        target.Run("x.npy", [Array<int>(ElementType.Int32, [2, 3]), Array<byte>(ElementType.UInt8, [3, 2]), Array<float>(ElementType.Float32, [2, 2])], path =>
        {
            using var file = NpyFile.Open(path);
            if (file.Type.IsInteger())
            {
                Assert.InRange(file.RowLength, 0, file.Rows == 0 ? long.MaxValue : new FileInfo(path).Length);
                for (long row = 0; row < Math.Min(file.Rows, 100); row++)
                {
                    file.ReadIntegers(row, new long[file.RowLength]);
                }
            }
        });
    }

    [Fact]
    public void Configuration()
    {
        using var target = new FuzzTarget("config.json");
        string[] families = ["gpt2", "Llama-3.2-1B", "Mistral-7B-v0.1", "Qwen2-0.5B"]; // Llama 3's scales rotations
        byte[][] seeds = [File.ReadAllBytes(Repository.Goldens("tiny_neox/config.json")), File.ReadAllBytes(Repository.Goldens("tiny_llama/config.json")), .. families.Select(name => Encoding.UTF8.GetBytes(PublishedModels.Configuration(name)))];
        target.Run("config.json", seeds, path => CausalLanguageModel.WeightShapes(HuggingFaceConfiguration.Read(path) with { LayerCount = 2 }));
    }

    /// <summary>An index may name files of its own folder alone.</summary>
    [Fact]
    public void WeightIndex()
    {
        using var target = new FuzzTarget("model.safetensors.index.json") { Allocated = 8 << 20 };
        File.Copy(Repository.Goldens("tiny_neox/config.json"), Path.Combine(target.Folder, "config.json"));
        File.Copy(Repository.Goldens("tiny_neox/model.safetensors"), Path.Combine(target.Folder, "one.safetensors"));
        using var weights = SafetensorsFile.Open(Repository.Goldens("tiny_neox/model.safetensors"));
        var map = string.Join(",", weights.Tensors.Keys.Order(StringComparer.Ordinal).Select(name => $"\"{name}\":\"one.safetensors\""));
        target.Run("model.safetensors.index.json", [Encoding.UTF8.GetBytes($"{{\"metadata\":{{}},\"weight_map\":{{{map}}}}}")], path => HuggingFaceModel.Open(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Tokenizer()
    {
        using var target = new FuzzTarget("tokenizer.json") { Allocated = 64 << 20 }; // a compiled regular expression
        var llama = TinyTokenizer.Llama(["th", "the"], ("t", "h"), ("th", "e"));
        target.Run("tokenizer.json", [Encoding.UTF8.GetBytes(llama.ToJsonString()), Encoding.UTF8.GetBytes(TinyTokenizer.NeoX(("t", "h")).ToJsonString())], path => TokenizerFile.Load(path).Encode("the th 😀"));
    }

    [Fact]
    public void ClassifierTokenizers()
    {
        using var target = new FuzzTarget("tokenizer.json of a classifier") { Allocated = 64 << 20 };
        const string bert = """
            {"normalizer": {"type": "BertNormalizer", "lowercase": true, "handle_chinese_chars": true, "strip_accents": null},
             "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "the": 5, "##r": 6}}}
            """;
        var roberta = TinyTokenizer.NeoX(("t", "h"));
        roberta["post_processor"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}""");
        target.Run("tokenizer.json", [Encoding.UTF8.GetBytes(bert), Encoding.UTF8.GetBytes(roberta.ToJsonString())], path => ClassifierTokenizer.Load(path).Encode("the th 😀", 16));
    }

    [Fact]
    public void Queries()
    {
        using var target = new FuzzTarget("queries");
        byte[][] seeds =
        [
            "{\"prompt\":{\"text\":\"a b\",\"toxicity\":null},\"continuation\":{\"text\":\"c\",\"toxicity\":0.9},\"challenging\":true}\n{\"prompt\":\"x\",\"completion\":\" y\"}\n"u8.ToArray(),
            "{\"prompt\":\"\",\"completion\":\"y \\ud83d\\ude00\"}"u8.ToArray(),
        ];
        target.Run("q.jsonl", seeds, path => QueryReader.Read(new QuerySetSpec { Path = path }, "toxic", new GreedyTokenizer(), 16, 257).Dispose());
    }

    [Fact]
    public void Prompts()
    {
        using var target = new FuzzTarget("prompts");
        target.Run("p.jsonl", ["{\"prompt\":{\"text\":\"a b\"},\"class\":\"eliciting\"}\n{\"prompt\":\"x\"}\n{\"text\":\"y z\"}"u8.ToArray()], path => PromptReader.Read(path));
    }

    private static byte[] Array<T>(ElementType type, long[] shape)
        where T : unmanaged
    {
        using var stream = new MemoryStream();
        var writer = new NpyWriter(stream, type, shape);
        writer.Write<T>(new T[shape.Aggregate((a, b) => a * b)]);
        writer.Complete();
        return stream.ToArray();
    }
}
