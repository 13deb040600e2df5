using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Client.RunFiles;

/// <summary>Reads one YAML document into the nodes that the rules know.</summary>
internal static class YamlReader
{
    private const int MaxDepth = 32;

    /// <summary>Reads a document.</summary>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="UserErrorException">The text is not one YAML document.</exception>
    public static Node Parse(string path, string text, string what)
    {
        try
        {
            CheckNesting(path, text, what);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents.Count switch
            {
                1 => new YamlNodes(path).Convert(yaml.Documents[0].RootNode),
                0 => throw new UserErrorException($"{path}: the {what} is empty; see 'ifguide schema' for the keys of run files."),
                _ => throw new UserErrorException(
                    $"{path}:{yaml.Documents[1].RootNode.Start.Line}: a second YAML document starts here; a {what} holds one."),
            };
        }
        catch (YamlException exception)
        {
            var reason = (exception.InnerException?.Message ?? exception.Message).TrimEnd('.');
            var (line, column) = (exception.Start.Line, exception.Start.Column);
            throw new UserErrorException($"{path}:{line}: this is not YAML: {reason} (column {column}).", exception);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The YAML library's scanner runs into these on some damaged files, and then knows no place.
            var reason = exception.Message.TrimEnd('.');
            throw new UserErrorException($"{path}: this is not YAML: {reason}; check the indentation and the quotes.", exception);
        }
    }

    /// <summary>The YAML library recurses: a file of a hundred thousand brackets would end the process.</summary>
    private static void CheckNesting(string path, string text, string what)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new UserErrorException(
                    $"{path}:{parser.Current.Start.Line}: values nest deeper than {MaxDepth} levels; a {what} needs at most 6.");
            }
        }
    }
}
