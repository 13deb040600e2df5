using System.CommandLine;
using System.Globalization;
using IfGuide.Abstractions;
using IfGuide.Cli.Consoles;
using IfGuide.Cli.Sessions;
using IfGuide.Cli.Settings;
using IfGuide.Client.Clusters;

namespace IfGuide.Cli.Commands;

/// <summary>The whole command line: parses it, runs a command, and turns what goes wrong into one message and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var parsed = Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            return Complain(parsed.Errors[0].Message + " Run 'ifguide --help' for what there is.", ExitCode.UserError);
        }

        using var interruption = new Interruption();
        var verbose = CommonOptions.Read(parsed).Verbose;
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (OperationCanceledException exception) when (interruption.Token.IsCancellationRequested)
        {
            return Complain(exception is InterruptedException ? exception.Message : "interrupted.", ExitCode.Interrupted);
        }
        catch (Exception exception)
        {
            if (verbose)
            {
                Console.Error.WriteLine((exception as RunFailedException)?.Detail ?? exception.ToString());
            }

            return exception switch
            {
                UserErrorException => Complain(exception.Message, ExitCode.UserError),
                OutOfReachException or ClusterUnavailableException => Complain(exception.Message, ExitCode.Unreachable),
                OutOfMemoryException => Complain("the memory that this process may use is exhausted, by the machine, its control group or DOTNET_GCHeapHardLimit: give it more.", ExitCode.Failed),
                _ => Complain(Sentence(exception) + (verbose ? string.Empty : " (--verbose shows more.)"), ExitCode.Failed),
            };
        }
    }

    /// <summary>Reads arguments without doing anything.</summary>
    public static ParseResult Parse(string[] arguments) => CreateRoot().Parse(arguments);

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("IfGuide finds the training tokens that make a language model toxic, and trains the model to suppress them.")
        {
            QuickstartCommand.Create(),
            RunLifeCommands.Run(),
            BenchmarkCommand.Create(),
            ValidateCommand.Create(),
            RunLifeCommands.Status(),
            RunLifeCommands.Watch(),
            RunLifeCommands.Cancel(),
            RunLifeCommands.Resume(),
            RunLifeCommands.List(),
            RunLifeCommands.Delete(),
            InspectCommand.Create(),
            ReportCommand.Create(),
            ExportCommand.Create(),
            SelectCommand.Create(),
            LaterCommands.Plan(),
            EvaluateCommand.Create(),
            SiloCommand.Create(),
            DoctorCommand.Create(),
            SchemaCommand.Create(),
        };
        CommonOptions.AddTo(root);
        return root;
    }

    private static int Complain(string message, int code)
    {
        Console.Error.WriteLine($"ifguide: {message.ReplaceLineEndings(" ").Trim()}");
        return code;
    }

    private static string Sentence(Exception exception)
    {
        var message = exception.Message.ReplaceLineEndings(" ").Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
