using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Cli.Hooks;

/// <summary>One HTTP request on a socket of its own. .NET's client needs 25 ms of a new process for its first request, which is half of what a hook may
/// take; this needs one.</summary>
internal static class PlainHttp
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    /// <param name="connected">Called once there is a connection.</param>
    /// <exception cref="SocketException">There is no server, or it hung up.</exception>
    /// <exception cref="InvalidDataException">The answer is not HTTP.</exception>
    internal static HookResponse Post(HookRequest request, Action connected)
    {
        using var socket = Connect(request.Url);
        connected();
        SocketException? cut = null;
        try
        {
            Send(socket, request);
        }
        catch (SocketException early)
        {
            // The server may have answered and hung up before it had read everything.
            cut = early;
        }

        try
        {
            return Receive(socket);
        }
        catch (Exception nothing) when (cut is not null && nothing is SocketException or InvalidDataException)
        {
            throw cut ?? nothing;
        }
    }

    private static Socket Connect(Uri url)
    {
        // The loopback address that servers listen on first comes first.
        IPAddress[] addresses = url.IsLoopback && url.HostNameType == UriHostNameType.Dns
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : IPAddress.TryParse(url.DnsSafeHost, out var literal) ? [literal] : Dns.GetHostAddresses(url.DnsSafeHost);
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Connect(new IPEndPoint(addresses[i], url.Port));
                return socket;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private static void Send(Socket socket, HookRequest request)
    {
        var length = request.Rest is null ? $"Content-Length: {request.Body.Length.ToString(CultureInfo.InvariantCulture)}" : "Transfer-Encoding: chunked";
        var head = Encoding.ASCII.GetBytes(
            $"POST {request.Url.PathAndQuery} HTTP/1.1\r\nHost: {request.Url.Authority}\r\nAuthorization: Bearer {request.Token}\r\n"
            + $"Content-Type: application/json\r\nConnection: close\r\n{length}\r\n\r\n");
        if (request.Rest is not { } rest)
        {
            SendAll(socket, [.. head, .. request.Body.Span]);
            return;
        }

        SendAll(socket, head);
        SendChunk(socket, request.Body.Span);
        var buffer = new byte[64 << 10];
        for (var count = rest.Read(buffer); count > 0; count = rest.Read(buffer))
            SendChunk(socket, buffer.AsSpan(0, count));
        SendAll(socket, "0\r\n\r\n"u8);
    }

    private static void SendChunk(Socket socket, ReadOnlySpan<byte> part)
    {
        if (part.Length > 0)
            SendAll(socket, [.. Encoding.ASCII.GetBytes($"{part.Length:x}\r\n"), .. part, .. LineEnd]);
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[socket.Send(bytes)..];
    }

    private static HookResponse Receive(Socket socket)
    {
        var buffer = new byte[16 << 10];
        for (var length = 0; ;)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length < HookResponse.MostBytes ? buffer.Length * 4 : throw new InvalidDataException("The answer is too long."));
            var count = socket.Receive(buffer.AsSpan(length));
            length += count;
            if (Parse(buffer.AsSpan(0, length), isAll: count == 0) is { } response)
                return response;
        }
    }

    /// <returns>Null if more has to follow.</returns>
    private static HookResponse? Parse(ReadOnlySpan<byte> bytes, bool isAll)
    {
        var end = bytes.IndexOf(HeadEnd);
        if (end < 0)
            return isAll ? throw new InvalidDataException(bytes.Length == 0 ? "The server hung up without an answer." : "The answer is not HTTP.") : null;
        var lines = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n");
        if (lines[0].Split(' ') is not [{ } version, { } code, ..] || !version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new InvalidDataException("The answer is not HTTP.");
        }

        var body = bytes[(end + HeadEnd.Length)..];
        if (Header(lines, "transfer-encoding") is { } coding && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return Joined(body) is { } joined ? new HookResponse(status, joined) : isAll ? throw Cut() : null;
        if (Header(lines, "content-length") is { } said)
        {
            if (!int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > HookResponse.MostBytes)
                throw new InvalidDataException($"The answer has a content length of '{said}'.");
            return body.Length >= length ? new HookResponse(status, body[..length].ToArray()) : isAll ? throw Cut() : null;
        }

        return isAll ? new HookResponse(status, body.ToArray()) : null;
    }

    private static string? Header(string[] lines, string name) =>
        lines.Skip(1).Where(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line.Length > name.Length && line[name.Length] == ':')
            .Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    /// <summary>A body that came in chunks; null if more has to follow.</summary>
    private static byte[]? Joined(ReadOnlySpan<byte> body)
    {
        var joined = new MemoryStream();
        while (true)
        {
            var end = body.IndexOf(LineEnd);
            if (end < 0)
                return null;
            if (!Utf8Parser.TryParse(body[..end], out int length, out _, 'x') || length < 0)
                throw new InvalidDataException("The answer has a chunk without a length.");
            body = body[(end + LineEnd.Length)..];
            if (length == 0)
                return joined.ToArray();
            if (body.Length < length + LineEnd.Length)
                return null;
            joined.Write(body[..length]);
            body = body[(length + LineEnd.Length)..];
        }
    }

    private static InvalidDataException Cut() => new("The answer is not complete.");
}
