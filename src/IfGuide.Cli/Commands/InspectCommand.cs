using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Exports;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Pipeline.Explaining;
using IfGuide.Pipeline.Reporting;
using IfGuide.Pipeline.Results;
using IfGuide.Pipeline.Selection;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide inspect RUN</c>: the suppressed tokens in colour, with scores.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "The run's id." };
        var top = new Option<int>("--top") { Description = "How many documents.", HelpName = "N", DefaultValueFactory = _ => 10 };
        top.Validators.Add(result => CommonOptions.Require(result, result.GetValueOrDefault<int>() >= 1, "expected a whole number of at least 1"));
        var document = new Option<string?>("--document") { Description = "One document in place of the first ones.", HelpName = "ID" };
        var show = new Option<bool>("--show-toxic") { Description = "Show harsh words in full; otherwise all but their first letter is masked." };
        var behaviour = CommonOptions.Behaviour("Whose scores and tokens, where the run has several behaviours.");
        var explain = new ExplainOptions();
        var whatIf = new WhatIfOptions();
        var command = new Command("inspect", "Shows the selected tokens in colour, with scores; or the whole run, and what other parameters would select.") { id, top, document, show, behaviour };
        explain.AddTo(command);
        whatIf.AddTo(command);
        return command.Does(async (result, context, cancellationToken) =>
        {
            explain.Check(result, result.GetValue(document));
            await using var session = await RunSession.LookAsync(context, cancellationToken);
            var run = await session.OpenArtifactsAsync(result.GetRequiredValue(id), cancellationToken);
            RunChoices.CheckBehaviour(run, result.GetValue(behaviour));
            var explanation = explain.Explain(result, context, run, result.GetValue(document), result.GetValue(behaviour), cancellationToken);
            using var results = run.OpenResults(result.GetValue(behaviour), cancellationToken);
            if (whatIf.Wanted(result))
            {
                ShowRun(context, run, results, results.WhatIf(whatIf.Grid(result, results.Parameters)));
                return ExitCode.Done;
            }

            var documents = result.GetValue(document) is { } wanted
                ? [results.Find(wanted) ?? throw new UserErrorException($"The corpus of run '{run.Specification.Run}' has no document '{wanted}'.")]
                : results.Top(result.GetValue(top));
            var harsh = new HarshText(result.GetValue(show));
            foreach (var found in documents)
            {
                Show(context, found, results.Threshold, harsh, explanation);
            }

            if (documents.Count == 0)
            {
                context.Console.Say("Nothing is suppressed in this run.");
            }

            return ExitCode.Done;
        });
    }

    private static void ShowRun(CommandContext context, RunArtifacts run, RunResults results, IReadOnlyList<WhatIfCell> cells)
    {
        var selection = results.Selection;
        if (!context.Console.Json)
        {
            RunView.Draw(context.Console.Output, selection, results.Sources(), cells);
            return;
        }

        Console.Out.WriteLine(Json.Line(new
        {
            Run = run.Specification.Run.ToString(),
            Selection = new { selection.Threshold, selection.Candidates, selection.SelectedTokens, selection.CorpusTokens, selection.SelectedSequences, selection.Sequences, selection.Budget, selection.StoppedOnBudget },
            selection.Histogram,
            Sources = results.Sources(),
            WhatIf = cells,
        }));
    }

    private static void Show(CommandContext context, InspectedDocument document, float threshold, HarshText harsh, DocumentExplanation? explanation)
    {
        if (!context.Console.Json)
        {
            HeatMapView.Draw(context.Console.Output, document, threshold, harsh);
            if (explanation is not null)
            {
                ExplanationView.Draw(context.Console.Output, document, explanation, harsh);
            }

            return;
        }

        var texts = harsh.Of(document.Tokens);
        Console.Out.WriteLine(Json.Line(new
        {
            document.Id,
            document.Source,
            document.SuppressedTokens,
            document.Before,
            document.After,
            Threshold = threshold,
            Tokens = document.Tokens.Select((token, index) => new { Text = texts[index], token.Score, token.Suppressed, token.Known }),
            Spans = Spans(document, texts),
            Explanation = explanation is null ? null : Masked(explanation, harsh),
        }));
    }

    private static DocumentExplanation Masked(DocumentExplanation explanation, HarshText harsh)
    {
        QueryInfluence[] Mask(IEnumerable<QueryInfluence> queries) => [.. queries.Select(query => query with { Prompt = harsh.Of(query.Prompt), Completion = harsh.Of(query.Completion) })];
        return explanation with { Queries = explanation.Queries is { } queries ? queries with { Toxic = Mask(queries.Toxic), Nontoxic = Mask(queries.Nontoxic) } : null };
    }

    /// <summary>Runs of neighbouring suppressed tokens; places count from the document's first token.</summary>
    private static IEnumerable<object> Spans(InspectedDocument document, IReadOnlyList<string> texts)
    {
        for (var start = 0; start < document.Tokens.Count; start++)
        {
            var end = start;
            while (end < document.Tokens.Count && document.Tokens[end].Suppressed)
            {
                end++;
            }

            if (end > start)
            {
                yield return new
                {
                    FirstToken = document.Before + start,
                    Tokens = end - start,
                    Text = string.Concat(texts.Skip(start).Take(end - start)),
                    Highest = document.Tokens.Skip(start).Take(end - start).Max(token => token.Score),
                };
                start = end;
            }
        }
    }
}
