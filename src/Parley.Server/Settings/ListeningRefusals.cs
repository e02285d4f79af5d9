using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Parley.Server.Settings;

/// <summary>The server cannot listen at the configured address.</summary>
internal sealed class CanNotListenException(string message, Exception reason) : StartRefusedException(message, reason)
{
    internal static CanNotListenException UnknownHost(string host, SocketException reason) => new(
        $"The host name '{host}' is not known on this machine ({reason.Message}). "
        + "Give --host a name that is, an address of this machine, or '*' for all of its addresses.", reason);
}

/// <summary>Another program is already listening there.</summary>
public sealed class PortInUseException : StartRefusedException
{
    internal PortInUseException(string host, int port, Exception reason)
        : base(string.Create(CultureInfo.InvariantCulture, $"Port {port} of {host} is in use by another program. Choose another with --port (0 picks a free one)."), reason) =>
        (Host, Port) = (host, port);

    /// <summary>The host from the settings.</summary>
    public string Host { get; }

    public int Port { get; }
}

/// <summary>Turns the web server's errors when it cannot listen into a reason and a remedy.</summary>
internal static class ListeningFaults
{
    /// <returns>Null if it is something else.</returns>
    internal static StartRefusedException? RefusalOf(Exception fault, ServerSettings settings)
    {
        var port = settings.Port.ToString(CultureInfo.InvariantCulture);
        return fault switch
        {
            IOException { InnerException: AddressInUseException } or AddressInUseException => new PortInUseException(settings.Host, settings.Port, fault),
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported } => new CanNotListenException(
                $"{settings.Host} is not an address of this machine. Give --host one that is, 127.0.0.1 for this machine only, or '*' for all of its addresses.", fault),
            SocketException { SocketErrorCode: SocketError.AccessDenied } => new CanNotListenException(
                $"This user may not listen on port {port}: ports below 1024 need an additional permission. Choose another with --port, put a proxy in front, "
                + "or grant the permission (AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit).", fault),
            SocketException => new CanNotListenException($"The server cannot listen on port {port} of {settings.Host}: {fault.Message}. Choose another address with --host and --port.", fault),
            _ => null,
        };
    }
}
