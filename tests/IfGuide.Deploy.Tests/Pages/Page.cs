using IfGuide.Tests.Shared;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>A page of the checkout: README and the pages of its rooms.</summary>
internal sealed class Page
{
    private static readonly string[] Rooms = ["deploy", "src", "tests"];
    private static readonly string[] Outputs = ["bin", "obj", "node_modules", "TestResults"];

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .Build();

    private readonly MarkdownDocument document;

    private Page(string name)
    {
        Name = name;
        Text = File.ReadAllText(Path);
        document = Markdown.Parse(Text, Pipeline);
    }

    /// <summary>Every page, by name.</summary>
    public static IReadOnlyList<Page> All { get; } = [.. Names().Order(StringComparer.Ordinal).Select(name => new Page(name))];

    /// <summary>Its path from the root of the checkout.</summary>
    public string Name { get; }

    public string Path => System.IO.Path.Combine(Checkout.Root, Name);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Text { get; }

    /// <summary>What links and images lead to.</summary>
    public IEnumerable<string> Links => document.Descendants<LinkInline>().Select(link => link.Url!);

    /// <summary>Code within sentences and tables.</summary>
    public IEnumerable<string> InlineCode =>
        document.Descendants<CodeInline>().Select(code => code.Content.Replace(@"\|", "|", StringComparison.Ordinal));

    /// <summary>Titles of its sections.</summary>
    public IEnumerable<string> Headings => Sections
        .Select(heading => Text.Substring(heading.Span.Start, heading.Span.Length).TrimStart('#', ' '));

    /// <summary>What a link to a section names behind its #.</summary>
    public IEnumerable<string> Anchors => Sections.Select(heading => heading.GetAttributes().Id!);

    private IEnumerable<HeadingBlock> Sections => document.Descendants<HeadingBlock>();

    public static Page Find(string name) => All.Single(page => page.Name == name);

    /// <summary>Blocks of code in a language; empty: in none.</summary>
    public IEnumerable<string> Blocks(string language) => document.Descendants<FencedCodeBlock>()
        .Where(block => (block.Info ?? string.Empty) == language)
        .Select(block => block.Lines.ToString());

    public override string ToString() => Name;

    private static IEnumerable<string> Names() => Rooms
        .SelectMany(room => Files(new DirectoryInfo(System.IO.Path.Combine(Checkout.Root, room))))
        .Select(file => System.IO.Path.GetRelativePath(Checkout.Root, file))
        .Append("README.md");

    private static IEnumerable<string> Files(DirectoryInfo folder)
    {
        var below = folder.EnumerateDirectories().Where(inner => !Outputs.Contains(inner.Name)).SelectMany(Files);
        return folder.EnumerateFiles("*.md").Select(file => file.FullName).Concat(below);
    }
}
