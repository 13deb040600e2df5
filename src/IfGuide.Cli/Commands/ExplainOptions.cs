using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Results;

namespace IfGuide.Cli.Commands;

/// <summary>The options that explain one document's scores; they compute on this machine's device.</summary>
internal sealed class ExplainOptions
{
    private readonly Option<int> queries = new("--queries") { Description = "With --document: the N toxic and N nontoxic queries that it resembles most, by influence.", HelpName = "N" };
    private readonly Option<bool> layers = new("--layers") { Description = "With --document: how much each layer contributes to the score." };
    private readonly Option<int?> token = new("--token") { Description = "With --queries or --layers: one token of the document, counted from 0; by default all together.", HelpName = "N" };

    public void AddTo(Command command)
    {
        queries.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int>() >= 1, "expected a whole number of at least 1"));
        foreach (var option in new Option[] { queries, layers, token })
        {
            command.Add(option);
        }
    }

    /// <summary>Refuses options that do not go together.</summary>
    public void Check(ParseResult result, string? document)
    {
        var asked = result.GetValue(queries) > 0 || result.GetValue(layers);
        if (!asked && result.GetValue(token) is not null)
        {
            throw new UserErrorException("--token needs --queries or --layers.");
        }

        if (asked && document is null)
        {
            throw new UserErrorException("--queries and --layers explain one document: name it with --document ID.");
        }
    }

    /// <summary>The explanation that was asked for; null: none was, or there is no such document.</summary>
    public DocumentExplanation? Explain(
        ParseResult result, CommandContext context, RunArtifacts run, string? document, string? behaviour, CancellationToken cancellationToken)
    {
        var (count, byLayer) = (result.GetValue(queries), result.GetValue(layers));
        if (document is null || (count == 0 && !byLayer))
        {
            return null;
        }

        using var explainer = DocumentExplainer.Open(run, behaviour, context.Settings.Device, cancellationToken);
        return run.Require("scores", () => explainer.Explain(document, result.GetValue(token), count, byLayer));
    }
}
