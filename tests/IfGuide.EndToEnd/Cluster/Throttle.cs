using System.Runtime.InteropServices;

namespace IfGuide.EndToEnd.Cluster;

/// <summary>Lets a process run a fifth of the time: frozen and continued again and again, too shortly to look dead.</summary>
internal sealed class Throttle : IDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;
    private static readonly TimeSpan On = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Off = TimeSpan.FromMilliseconds(80);
    private readonly Thread thread;
    private readonly int process;
    private volatile bool ended;

    public Throttle(int process)
    {
        this.process = process;
        thread = new Thread(Run) { IsBackground = true, Priority = ThreadPriority.Highest };
        thread.Start();
    }

    public void Dispose()
    {
        ended = true;
        thread.Join();
    }

    private void Run()
    {
        while (!ended && Send(process, Stop) == 0)
        {
            Thread.Sleep(Off);
            _ = Send(process, Continue);
            Thread.Sleep(On);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int process, int signal);
}
