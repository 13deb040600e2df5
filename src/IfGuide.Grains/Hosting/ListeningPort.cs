using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IfGuide.Abstractions;

namespace IfGuide.Grains.Hosting;

/// <summary>Finds ports that nobody listens on. Orleans binds with SO_REUSEPORT, so that a second process on a port would start without an error and share its connections.</summary>
internal static class ListeningPort
{
    /// <summary>Checks that a port can be had alone.</summary>
    /// <param name="address">The address that will be bound.</param>
    /// <param name="port">The port; 0: any free one.</param>
    /// <param name="what">What it is for, for the message.</param>
    /// <returns>The port.</returns>
    /// <exception cref="UserErrorException">Somebody listens there, or the address is not this machine's.</exception>
    public static int Take(IPAddress address, int port, string what)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException exception)
        {
            var place = new IPEndPoint(address, port);
            var remedy = RemedyOf(exception);
            var message = string.Create(CultureInfo.InvariantCulture, $"{what} cannot be opened on {place}: {remedy}.");
            throw new UserErrorException(message, exception);
        }
    }

    private static string RemedyOf(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another process listens there; name another port, or 0 for a free one",
        SocketError.AddressNotAvailable => "this machine has no such address; correct --listen",
        SocketError.AccessDenied => "the port is reserved for root; name one above 1023, or 0 for a free one",
        _ => exception.Message,
    };
}
