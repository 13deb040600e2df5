using System.CommandLine;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Values;
using IfGuide.Abstractions.Specification;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Exports;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Numerics.Influence;
using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Selection;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.Cli.Commands;

/// <summary><c>ifguide select</c>: the selection alone, on any score matrix.</summary>
internal static class SelectCommand
{
    public static Command Create()
    {
        var scores = new Option<string?>("--scores") { Description = "Scores, an .npy of floats, sequences × tokens.", HelpName = "S.npy" };
        var run = new Option<string?>("--run") { Description = "In place of --scores and --kind: the stored scores of a run, with its labels and its kind.", HelpName = "RUN" };
        var behaviour = CommonOptions.Behaviour("With --run: whose scores, where the run has several behaviours.");
        var quantile = new Option<double>("--quantile") { Description = "Scores above this quantile are candidates; in [0, 1].", HelpName = "Q", Required = true };
        var window = new Option<int>("--window") { Description = "Tokens selected on each side of a candidate.", HelpName = "W", Required = true };
        var budget = new Option<string>("--budget") { Description = "Largest number of selected tokens: a share such as 2%, or a count.", HelpName = "B", Required = true };
        var mask = new Option<string>("--out") { Description = "Where the mask goes, an .npy of booleans.", HelpName = "MASK.npy", Required = true };
        var order = new Option<string?>("--order") { Description = "Where the order goes, an .npy of int64: sequences by descending rank score.", HelpName = "O.npy" };
        var kind = new Option<SelectionKind?>("--kind")
        {
            Description = "token or position: scores stand at their label's index, the first of a row counts nowhere; reference: as in the authors' code.",
            HelpName = "KIND",
            DefaultValueFactory = _ => SelectionKind.LabelAligned,
            CustomParser = ReadKind,
        };
        return new Command("select", "Selects tokens on any score matrix, or on a run's scores.") { scores, run, behaviour, quantile, window, budget, mask, order, kind }.Does(async (result, context, cancellationToken) =>
        {
            var outputs = (Mask: result.GetRequiredValue(mask), Order: result.GetValue(order));
            SelectionOptions Options(long corpusTokens, SelectionKind scoreKind) => new(
                result.GetRequiredValue(quantile), result.GetRequiredValue(window), Budget(result.GetRequiredValue(budget)).Tokens(corpusTokens), scoreKind);
            switch (result.GetValue(scores), result.GetValue(run))
            {
                case ({ }, null) when result.GetValue(behaviour) is not null:
                    throw new UserErrorException("--behaviour goes with --run.");

                case ({ } path, null):
                    using (var file = NpyFile.Open(path))
                    {
                        var matrix = new NpyScores(file);
                        var tokens = matrix.Shape(0).Sequences * matrix.Shape(0).Length;
                        return Write(context, matrix, path, tokens, Options(tokens, result.GetValue(kind) ?? SelectionKind.LabelAligned), outputs.Mask, outputs.Order);
                    }

                case (null, { } id):
                    await using (var session = await RunSession.LookAsync(context, cancellationToken))
                    {
                        var artifacts = await session.OpenArtifactsAsync(id, cancellationToken);
                        RunChoices.CheckBehaviour(artifacts, result.GetValue(behaviour));
                        using var stored = artifacts.OpenScores(result.GetValue(behaviour), cancellationToken);
                        return Write(context, stored, id, stored.CorpusTokens, Options(stored.CorpusTokens, stored.Kind), outputs.Mask, outputs.Order);
                    }

                default:
                    throw new UserErrorException("Expected either --scores S.npy or --run RUN.");
            }
        });
    }

    private static TokenBudget Budget(string text)
    {
        if (BudgetKind.TryParse(text, out var parsed))
        {
            return parsed;
        }

        throw new UserErrorException($"--budget is '{text}'; expected {new BudgetKind().Expected}.");
    }

    private static int Write(CommandContext context, IScoreShards scores, string name, long corpusTokens, SelectionOptions options, string maskPath, string? orderPath)
    {
        var selection = Select(scores, options, name);
        OutputFile.Write(maskPath, stream =>
        {
            var writer = new NpyWriter(stream, ElementType.Bool, [selection.Order.Length, scores.Shape(0).Length]);
            var mask = new SelectionMask(scores, selection);
            for (var shard = 0; shard < scores.Count; shard++)
            {
                mask.Write(shard, (_, rows) => writer.Write(rows));
            }

            writer.Complete();
        });
        if (orderPath is not null)
        {
            OutputFile.Write(orderPath, stream =>
            {
                var writer = new NpyWriter(stream, ElementType.Int64, [selection.Order.Length]);
                writer.Write<long>(selection.Order);
                writer.Complete();
            });
        }

        var use = "not used up";
        if (selection.StoppedOnBudget)
        {
            use = "used up";
        }

        context.Console.Result(
            new { selection.Threshold, selection.Candidates, Selected = selection.SelectedTokens, Tokens = corpusTokens, Budget = selection.Options.Budget, selection.StoppedOnBudget, Mask = Path.GetFullPath(maskPath) },
            told => $"{told.Selected:N0} of {told.Tokens:N0} tokens selected ({told.Candidates:N0} candidates above {told.Threshold:G6}; budget {told.Budget:N0}, {use}): {maskPath}");
        return ExitCode.Done;
    }

    private static TokenSelection Select(IScoreShards scores, SelectionOptions options, string path)
    {
        try
        {
            return TokenSelector.Select(scores, options);
        }
        catch (ArgumentException exception)
        {
            throw new UserErrorException(exception.Message, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new UserErrorException($"'{path}': {exception.Message}", exception);
        }
    }

    private static SelectionKind? ReadKind(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (result.Tokens is not [{ Value: var word }])
        {
            return SelectionKind.LabelAligned;
        }

        var known = ScoreMethods.All.FirstOrDefault(method => method.Key == word);
        if (known is null)
        {
            result.AddError($"--kind is '{word}'; expected token, position or reference.");
        }

        return known?.Selection;
    }
}
