using System.CommandLine;
using IfGuide.Measures;

var prefix = new Argument<string>("prefix")
{
    Description = "Measure the files whose path begins with this: src/IfGuide.Storage",
    DefaultValueFactory = _ => string.Empty,
};
var root = new Option<string?>("--root") { Description = "The checkout to measure; without it, the one this was built in" };
var command = new RootCommand("Measures the sources. Without a list, prints the metric table.") { prefix, root };
var lists = new List<(Option<bool> Option, Func<SourceSet, IEnumerable<string>> Print)>();
foreach (var list in SourceLists.All)
{
    var option = new Option<bool>(list.Option) { Description = list.Description };
    lists.Add((option, list.Print));
    command.Add(option);
}

command.SetAction(result =>
{
    var sources = SourceSet.Read(result.GetValue(root), result.GetValue(prefix)!);
    if (sources.Files.Count == 0)
    {
        Console.Error.WriteLine($"No C# file of src or tests begins with '{result.GetValue(prefix)}'.");
        return 2;
    }

    var chosen = lists.Where(list => result.GetValue(list.Option)).Select(list => list.Print);
    foreach (var line in chosen.DefaultIfEmpty(SourceLists.ListMetrics).SelectMany(print => print(sources)))
    {
        Console.WriteLine(line);
    }

    return 0;
});
return command.Parse(args).Invoke();
