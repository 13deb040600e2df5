using IfGuide.Tests.Shared;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace IfGuide.Deploy.Tests;

/// <summary>Files of deploy/ as documents.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Typed = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    public static string PathOf(string file) => Path.Combine(Checkout.Root, "deploy", file);

    public static string Text(string file) => File.ReadAllText(PathOf(file));

    /// <summary>The first document of a file, anchors and merge keys resolved.</summary>
    public static Dictionary<object, object> Read(string file)
    {
        using var text = new StringReader(Text(file));
        return Typed.Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }

    public static Dictionary<object, object> Map(this Dictionary<object, object> map, string key) => (Dictionary<object, object>)map[key];

    public static string[] List(this Dictionary<object, object> map, string key) => [.. ((List<object>)map[key]).Select(item => item.ToString()!)];
}
