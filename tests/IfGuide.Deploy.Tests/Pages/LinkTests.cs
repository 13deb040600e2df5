using System.Text.RegularExpressions;
using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>What pages point to is there, and so are the pages that sources point to.</summary>
public sealed partial class LinkTests
{
    private const int MaxFrontDoor = 10 * 1024;
    private const int MaxLine = 120;

    /// <summary>Pages that came with their data.</summary>
    private static readonly string[] PagesOfData =
        ["tests/Goldens/README.md", "deploy/quickstart/data/README.md", "deploy/benchmarks/detox/data/README.md"];

    private static readonly string[] SourceFiles = ["*.cs", "*.yaml", "*.targets", "*.props", "*.sh", "update"];

    private static readonly Lazy<HashSet<string>> CodeFiles = new(() =>
        [.. Directory.EnumerateFiles(Checkout.Root, "*.cs", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))]);

    public static TheoryData<string> Names => [.. Page.All.Select(page => page.Name)];

    public static TheoryData<string> NamesOfRooms => [.. Page.All.Select(page => page.Name).Except(PagesOfData)];

    [Theory, MemberData(nameof(Names))]
    public void Link_LeadsSomewhere(string name)
    {
        var page = Page.Find(name);
        var inner = page.Links.Where(link => !link.StartsWith("https://", StringComparison.Ordinal));
        Assert.All(inner, link => Assert.True(Leads(page, link), $"{name} links to '{link}', which is not there."));
    }

    [Theory, MemberData(nameof(Names))]
    public void FileName_IsThatOfAFile(string name)
    {
        var page = Page.Find(name);
        var code = page.InlineCode.Concat(CommandLineText.InBlocks(page));
        var words = code.SelectMany(text => text.Split(' ', ';', '(', ')', '{', '}', ','));
        Assert.All(words, word => Assert.False(IsMissing(word), $"{name} names '{word}', which is not there."));
    }

    [Fact]
    public void Readme_IsAFrontDoor()
    {
        var size = new FileInfo(Page.Find("README.md").Path).Length;
        Assert.True(
            size <= MaxFrontDoor,
            $"README.md has {size} bytes, more than {MaxFrontDoor}: what grows belongs on the page of its room.");
    }

    [Fact]
    public void Page_IsReachedFromReadme()
    {
        var reached = new HashSet<string> { "README.md" };
        var waiting = new Queue<string>(reached);
        while (waiting.TryDequeue(out var name))
        {
            foreach (var next in Targets(Page.Find(name)).Where(reached.Add))
            {
                waiting.Enqueue(next);
            }
        }

        Assert.Empty(Page.All.Select(page => page.Name).Except(reached));
    }

    [Theory]
    [InlineData("src/*")]
    [InlineData("tests")]
    [InlineData("tests/IfGuide.Benchmarks")]
    [InlineData("deploy")]
    [InlineData("deploy/trainers")]
    [InlineData("deploy/quickstart")]
    [InlineData("deploy/benchmarks/*")]
    public void Room_HasAPage(string rooms)
    {
        var folder = Path.Combine(Checkout.Root, rooms.TrimEnd('*'));
        var each = rooms.EndsWith('*') ? Directory.GetDirectories(folder).Where(HoldsFiles) : [folder];
        Assert.All(each, room => Assert.True(File.Exists(Path.Combine(room, "README.md")), $"{room} has no README.md."));
    }

    [Theory, MemberData(nameof(NamesOfRooms))]
    public void Prose_FitsAScreen(string name)
    {
        var code = false;
        var tooLong = new List<string>();
        foreach (var line in Page.Find(name).Text.Split('\n'))
        {
            code ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!code && line.Length > MaxLine && !line.StartsWith('|'))
            {
                tooLong.Add(line);
            }
        }

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Sources_PointToPagesAndSectionsThatExist()
    {
        var pointers = Sources().SelectMany(file => Pointer().Matches(File.ReadAllText(file)));
        Assert.Empty(pointers.Where(pointer => !IsSection(pointer)).Select(pointer => pointer.Value));
    }

    [Fact]
    public void Sources_PointToSectionsOfTheContractThatExist()
    {
        var sections = Page.Find("deploy/CONTRACT.md").Headings.Select(heading => heading.Split('.')[0]).ToHashSet();
        var pointers = Sources().SelectMany(file => ContractSection().Matches(File.ReadAllText(file)));
        var numbers = pointers.Select(match => match.Groups["number"].Value).ToList();
        Assert.NotEmpty(numbers);
        Assert.Empty(numbers.Except(sections));
    }

    private static bool HoldsFiles(string folder) => Directory.EnumerateFiles(folder).Any();

    private static bool Leads(Page page, string link)
    {
        var parts = link.Split('#');
        var path = parts[0].Length == 0 ? page.Path : Path.GetFullPath(Path.Combine(page.Folder, parts[0]));
        if (parts.Length == 1)
        {
            return File.Exists(path) || Directory.Exists(path);
        }

        var target = Page.All.FirstOrDefault(other => other.Path == path);
        return target is not null && target.Anchors.Contains(parts[1]);
    }

    private static IEnumerable<string> Targets(Page page)
    {
        var paths = page.Links.Select(link => Path.GetFullPath(Path.Combine(page.Folder, link.Split('#')[0])));
        return Page.All.Where(other => paths.Contains(other.Path)).Select(other => other.Name);
    }

    private static bool IsMissing(string word)
    {
        if (CodeFile().IsMatch(word))
        {
            return !CodeFiles.Value.Contains(word);
        }

        var path = Path.Combine(Checkout.Root, word.TrimEnd('.', ':'));
        return CheckoutPath().IsMatch(word) && !File.Exists(path) && !Directory.Exists(path);
    }

    private static bool IsSection(Match pointer)
    {
        var section = pointer.Groups["section"].Value;
        var page = Page.All.FirstOrDefault(page => page.Name == pointer.Groups["page"].Value);
        return page is not null && (section.Length == 0 || page.Headings.Contains(section));
    }

    /// <summary>Text that people wrote beside the pages, this test's own folder excepted.</summary>
    private static IEnumerable<string> Sources()
    {
        string[] folders = ["src", "deploy", "tests"];
        var below = folders.SelectMany(folder => SourceFiles.SelectMany(pattern =>
            Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories)));
        return below
            .Append(Path.Combine(Checkout.Root, "Directory.Build.targets"))
            .Where(file => !Built().IsMatch(file) && !file.Contains("/IfGuide.Deploy.Tests/Pages/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^[A-Za-z.]+\.cs$")]
    private static partial Regex CodeFile();

    [GeneratedRegex(@"^(\./)?(deploy|src|tests)/(?!.*node_modules)[\w./-]+$")]
    private static partial Regex CheckoutPath();

    [GeneratedRegex("""(?<page>(src|deploy|tests)/[\w./-]+\.md)(,? ["'](?<section>[^"']+)["'])?""")]
    private static partial Regex Pointer();

    [GeneratedRegex(@"CONTRACT(\.md)? section (?<number>\d)")]
    private static partial Regex ContractSection();

    [GeneratedRegex("/(bin|obj|node_modules)/")]
    private static partial Regex Built();
}
