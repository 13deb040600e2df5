using YamlDotNet.RepresentationModel;
using ZstdSharp;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>The files that a run file on a page names, made of the sample run's.</summary>
internal static class NamedFiles
{
    /// <summary>Puts every file that the text names where it names it.</summary>
    /// <param name="text">A run file.</param>
    /// <param name="folder">Where it lies.</param>
    /// <param name="sample">Where the files come from.</param>
    public static void Write(string text, string folder, SampleRun sample)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        foreach (var (key, path) in Paths(yaml.Documents[0].RootNode, string.Empty))
        {
            Place(key, Path.Combine(folder, path.Replace('*', '1')), sample);
        }
    }

    private static IEnumerable<(string Key, string Path)> Paths(YamlNode node, string key)
    {
        if (node is YamlMappingNode mapping)
        {
            return mapping.Children.SelectMany(pair => Paths(pair.Value, KeyOf(key, pair.Key)));
        }

        return node is YamlScalarNode { Value: ['.', '/', ..] value } ? [(key, value)] : [];
    }

    /// <summary>The key that says what a file is: a <c>path</c> is what its parent says.</summary>
    private static string KeyOf(string parent, YamlNode key)
    {
        var name = ((YamlScalarNode)key).Value!;
        return name == "path" ? parent : name;
    }

    private static void Place(string key, string path, SampleRun sample)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (key is "proxy" or "target")
        {
            Directory.CreateDirectory(path);
            foreach (var file in Directory.GetFiles(sample.Model))
            {
                File.Copy(file, Path.Combine(path, Path.GetFileName(file)), overwrite: true);
            }

            return;
        }

        var content = File.ReadAllBytes(sample.Data(SourceOf(key)));
        if (path.EndsWith(".zst", StringComparison.Ordinal))
        {
            using var compressor = new Compressor();
            content = compressor.Wrap(content).ToArray();
        }

        File.WriteAllBytes(path, content);
    }

    private static string SourceOf(string key) => key switch
    {
        "tokenizer" => "tokenizer.json",
        "corpus" => "corpus.jsonl",
        "toxic" => "queries_toxic.jsonl",
        "nontoxic" => "queries_nontoxic.jsonl",
        "prompts" => "prompts_eval.jsonl",
        "perplexity" or "validation" or "hard_negatives" => "valid.jsonl",
        "last_word" => "lambada_like.jsonl",
        "labels" => "corpus_labels.jsonl",
        _ => throw new InvalidOperationException($"A page names a file under '{key}': say here what it holds."),
    };
}
