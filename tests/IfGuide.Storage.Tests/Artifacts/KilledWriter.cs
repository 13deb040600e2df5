using System.Runtime.CompilerServices;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Storage.Tests.Artifacts;

/// <summary>What the test executable does when a test starts it as the writer that will be killed.</summary>
internal static class KilledWriter
{
    public const string Variable = "IFGUIDE_TEST_KILLED_WRITER";

    [ModuleInitializer]
    internal static void RunWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        // All on this thread: other threads wait until the module's initializers have run.
        new LocalArtifactStore(folder).PutAsync("killed", (stream, _) =>
        {
            stream.Write(new byte[1_000_000]);
            Console.WriteLine("writing");
            Thread.Sleep(TimeSpan.FromMinutes(1));
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
        Environment.Exit(1);
    }
}
