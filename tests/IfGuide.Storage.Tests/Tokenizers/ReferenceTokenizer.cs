using System.Diagnostics;
using System.Text;
using System.Text.Json;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Tokenizers;

/// <summary>Hugging Face's own tokenizer library for Node, with the published vocabularies of GPT-2 and Llama 3. Installed once by npm; without npm its tests fail.</summary>
internal static class ReferenceTokenizer
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "IfGuide.Storage.Tests", "Tokenizers", "Reference");
    private static readonly Lazy<string> Modules = new(Install);

    /// <summary>Path of a published tokenizer.json.</summary>
    /// <param name="name"><c>gpt2</c> or <c>llama3</c>.</param>
    public static string Vocabulary(string name) => Path.Combine(Modules.Value, "@lenml", $"tokenizer-{name}", "models", "tokenizer.json");

    /// <summary>Token ids of texts as the library finds them.</summary>
    public static int[][] Encode(string vocabulary, IEnumerable<string> texts) =>
        JsonSerializer.Deserialize<int[][]>(Run("node", [Path.Combine(Folder, "encode.mjs"), vocabulary], JsonSerializer.Serialize(texts)))!;

    private static string Install()
    {
        var modules = Path.Combine(Folder, "node_modules");
        var stamp = Path.Combine(modules, ".installed");
        var wanted = File.ReadAllText(Path.Combine(Folder, "package-lock.json"));
        if (!File.Exists(stamp) || File.ReadAllText(stamp) != wanted)
        {
            Run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], input: "");
            File.WriteAllText(stamp, wanted);
        }

        return modules;
    }

    private static string Run(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {error.Result}{output.Result}");
    }
}
