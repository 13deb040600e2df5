using IfGuide.EndToEnd.BigCorpus;
using IfGuide.EndToEnd.Cluster;
using IfGuide.EndToEnd.Harness;
using Xunit.Runner.InProc.SystemConsole;

namespace IfGuide.EndToEnd;

/// <summary>The tests' own program, and the worker of some of them; three measurements that take longer than tests may are commands of it (see <c>deploy/fault-matrix</c>, <c>deploy/scale-out</c> and <c>deploy/big-corpus</c>).</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["fault-matrix", .. var rest] => FaultMatrix.RunAsync(rest),
        ["big-corpus", .. var rest] => BigCorpusRun.RunAsync(rest),
        ["worker"] => CommandWorker.ServeAsync(),
        ["scale-out", .. var rest] => ScaleOut.RunAsync(rest),
        _ => ConsoleRunner.Run(arguments),
    };
}
