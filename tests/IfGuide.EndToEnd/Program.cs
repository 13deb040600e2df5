using IfGuide.EndToEnd.Cluster;
using Xunit.Runner.InProc.SystemConsole;

namespace IfGuide.EndToEnd;

/// <summary>The tests' own program; two measurements that take longer than tests may are commands of it (see <c>deploy/fault-matrix</c> and <c>deploy/scale-out</c>).</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["fault-matrix", .. var rest] => FaultMatrix.RunAsync(rest),
        ["scale-out", .. var rest] => ScaleOut.RunAsync(rest),
        _ => ConsoleRunner.Run(arguments),
    };
}
