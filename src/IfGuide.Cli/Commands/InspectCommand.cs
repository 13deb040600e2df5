using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Exports;
using IfGuide.Cli.Sessions;
using IfGuide.Pipeline.Reporting;

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
        return new Command("inspect", "Shows the selected tokens in colour, with scores.") { id, top, document, show }.Does(async (result, context, cancellationToken) =>
        {
            await using var session = await RunSession.OpenAsync(context, create: false, cancellationToken);
            var run = await RunArtifacts.OpenAsync(session, result.GetRequiredValue(id), cancellationToken);
            using var results = run.OpenResults(cancellationToken);
            var documents = result.GetValue(document) is { } wanted
                ? [results.Find(wanted) ?? throw new UserErrorException($"The corpus of run '{run.Status.Run}' has no document '{wanted}'.")]
                : results.Top(result.GetValue(top));
            var harsh = new HarshText(result.GetValue(show));
            foreach (var found in documents)
            {
                Show(context, found, results.Threshold, harsh);
            }

            if (documents.Count == 0)
            {
                context.Console.Say("Nothing is suppressed in this run.");
            }

            return ExitCode.Done;
        });
    }

    private static void Show(CommandContext context, InspectedDocument document, float threshold, HarshText harsh)
    {
        if (!context.Console.Json)
        {
            HeatMapView.Draw(context.Console.Output, document, threshold, harsh);
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
        }));
    }
}
