using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Selection;

namespace IfGuide.Cli.Commands;

/// <summary>The options that span a what-if table.</summary>
internal sealed class WhatIfOptions
{
    private readonly Option<bool> whatIf = new("--what-if") { Description = "The whole run: distribution of the scores, share of each source, and what other parameters would select." };
    private readonly Option<double[]?> quantiles = List<double>("--quantiles", "Quantiles to try, such as 0.98,0.99; by default the run's and its neighbours.", "Q,...", Quantile);
    private readonly Option<int[]?> windows = List<int>("--windows", "Windows to try, such as 0,1,2; by default the run's and its neighbours.", "W,...", Window);
    private readonly Option<TokenBudget[]?> budgets = List<TokenBudget>("--budgets", "Budgets to try, such as 1%,2% or counts; by default the run's, half and twice as much.", "B,...", BudgetKind.TryParse);

    private delegate bool TryParse<T>(string text, out T value);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { whatIf, quantiles, windows, budgets })
        {
            command.Add(option);
        }
    }

    /// <summary>Whether the table is wanted; naming its parameters asks for it too.</summary>
    public bool Wanted(ParseResult result) => result.GetValue(whatIf) || Given(result, quantiles) is not null || Given(result, windows) is not null || Given(result, budgets) is not null;

    public WhatIfGrid Grid(ParseResult result, SelectionSpec selection)
    {
        var around = WhatIfGrid.Around(selection);
        return new WhatIfGrid(Given(result, quantiles) ?? around.Quantiles, Given(result, windows) ?? around.Windows, Given(result, budgets) ?? around.Budgets);
    }

    /// <summary>An absent list reads as an empty one.</summary>
    private static T[]? Given<T>(ParseResult result, Option<T[]?> option) => result.GetValue(option) is { Length: > 0 } values ? values : null;

    private static bool Quantile(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1;

    private static bool Window(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static Option<T[]?> List<T>(string name, string description, string help, TryParse<T> parse) => new(name)
    {
        Description = description,
        HelpName = help,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => Read(result, name, parse),
    };

    private static T[]? Read<T>(ArgumentResult result, string name, TryParse<T> parse)
    {
        var values = new List<T>();
        foreach (var text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!parse(text, out var value))
            {
                result.AddError($"{name} has '{text}'; expected values separated by commas, each as 'ifguide select' takes it.");
                return null;
            }

            values.Add(value);
        }

        return [.. values];
    }
}
