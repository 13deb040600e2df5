using IfGuide.Tests.Shared;

namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Programs that pages show: the client's is compiled here, the trainers' are parsed, and executed with PyTorch.</summary>
public sealed class SnippetTests
{
    private const string Parse = """
        import ast, sys
        for file in sys.argv[1:]: ast.parse(open(file, encoding='utf-8').read(), file)
        """;

    private const string ClientPage = "src/IfGuide.Client/README.md";
    private const int Indentation = 8;

    private static readonly string Trainers = Path.Combine(Checkout.Root, "deploy", "trainers");
    private static readonly string Here = Path.Combine(Checkout.Root, "tests", "IfGuide.Deploy.Tests", "Pages");

    private static string[] TrainerFiles => Directory.GetFiles(Trainers, "*.py");

    [Fact]
    public void ClientPage_ShowsTheProgramThatIsCompiledHere()
    {
        var shown = Assert.Single(Page.Find(ClientPage).Blocks("csharp"));
        var lines = File.ReadAllLines(Path.Combine(Here, "ClientProgram.cs"));
        var usings = lines.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal));
        var body = lines.SkipWhile(line => line != "    {").Skip(1).TakeWhile(line => line != "    }");
        var program = body.Select(line => line[Math.Min(Indentation, line.Length)..]);
        Assert.Equal([.. usings, string.Empty, .. program], shown.Split('\n'));
    }

    [Fact]
    public void CSharp_StandsOnThatPageAlone()
    {
        var pages = Page.All.Where(page => page.Blocks("csharp").Any()).Select(page => page.Name);
        Assert.Equal([ClientPage], pages);
    }

    [Fact]
    public void TrainersPage_NamesEveryFile()
    {
        var names = TrainerFiles.Select(file => Path.GetFileName(file));
        Assert.Empty(names.Except(Page.Find("deploy/trainers/README.md").Links));
    }

    [Fact]
    public async Task TrainerFiles_ArePython()
    {
        Assert.NotEmpty(TrainerFiles);
        var (code, said) = await PythonInterpreter.ExecuteAsync(["-c", Parse, .. TrainerFiles]);
        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task PythonThatIsBroken_IsFound()
    {
        using var folder = new TemporaryFolder();
        var (code, said) = await PythonInterpreter.ExecuteAsync("-c", Parse, folder.Lines("broken.py", "def f(:", "  return"));
        Assert.NotEqual(0, code);
        Assert.Contains("SyntaxError", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainerFiles_GiveTheLossOfEquation9_AndTheMaskOfEachSample()
    {
        var python = await PythonInterpreter.FindWithAsync("numpy, torch");
        Assert.SkipWhen(
            python is null,
            "No python3 here has numpy and torch ('apt-get install python3-torch'); the trainers' files are parsed only.");
        var (code, said) = await PythonInterpreter.RunAsync(python, "-B", Path.Combine(Here, "trainers.py"), Trainers);
        Assert.True(code == 0, said);
    }
}
