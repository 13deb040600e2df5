using System.Diagnostics;
using System.Runtime.InteropServices;
using IfGuide.Cli.Settings;
using IfGuide.Grains.Hosting;

namespace IfGuide.Cli.Consoles;

/// <summary>Turns Ctrl-C, SIGTERM and SIGHUP into a cancellation, so that the process ends in order; a second signal ends it at once.</summary>
/// <remarks>Signals within half a second are one: <c>timeout</c>, for example, sends its signal to the process and to its group.</remarks>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan OneBreath = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource source = new();
    private readonly Lock gate = new();
    private long? first;
    private readonly PosixSignalRegistration[] registrations;

    public Interruption() => registrations = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM), Register(PosixSignal.SIGHUP)];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        lock (gate)
        {
            if (first is { } asked)
            {
                if (Stopwatch.GetElapsedTime(asked) > OneBreath)
                {
                    ProcessExit.Now(ExitCode.Interrupted);
                }

                return;
            }

            first = Stopwatch.GetTimestamp();
        }

        source.Cancel();
    });
}
