using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IfGuide.Storage.Tests.Artifacts.Azure;

/// <summary>A relay before a server that counts what passes and can break the way back.</summary>
internal sealed class Gate : IAsyncDisposable
{
    private static readonly string[] Methods = ["GET /", "PUT /", "HEAD /", "DELETE /"];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int server;
    private long allowed = long.MaxValue;
    private long passed;
    private int requests;
    private volatile bool swallow;

    public Gate(int server)
    {
        this.server = server;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Bytes from the server since the gate was last opened or set to close.</summary>
    public long Passed => Interlocked.Read(ref passed);

    /// <summary>Requests since then.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Lets everything pass and counts anew.</summary>
    public void Open() => CloseAfter(long.MaxValue);

    /// <summary>Cuts every connection once that many bytes have come from the server.</summary>
    public void CloseAfter(long bytes)
    {
        Interlocked.Exchange(ref allowed, bytes);
        Interlocked.Exchange(ref passed, 0);
        Interlocked.Exchange(ref requests, 0);
    }

    /// <summary>Loses the next answer: the server has done what was asked, and the connection breaks.</summary>
    public void LoseNextAnswer() => swallow = true;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                _ = RelayAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, server, stopping.Token);
            var there = CopyAsync(near.GetStream(), far.GetStream(), CountRequest);
            var back = CopyAsync(far.GetStream(), near.GetStream(), LetAnswerPass);
            await Task.WhenAny(there, back);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two went away.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, bool> pass)
    {
        try
        {
            var buffer = new byte[1 << 16];
            while (await from.ReadAsync(buffer, stopping.Token) is > 0 and var count && pass(buffer.AsMemory(0, count)))
            {
                await to.WriteAsync(buffer.AsMemory(0, count), stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the two went away.
        }
    }

    private bool CountRequest(ReadOnlyMemory<byte> bytes)
    {
        var start = Encoding.ASCII.GetString(bytes.Span[..Math.Min(bytes.Length, 16)]);
        if (Methods.Any(method => start.StartsWith(method, StringComparison.Ordinal)))
        {
            Interlocked.Increment(ref requests);
        }

        return true;
    }

    private bool LetAnswerPass(ReadOnlyMemory<byte> bytes)
    {
        if (swallow)
        {
            swallow = false;
            return false;
        }

        if (Passed + bytes.Length > Interlocked.Read(ref allowed))
        {
            return false;
        }

        Interlocked.Add(ref passed, bytes.Length);
        return true;
    }
}
