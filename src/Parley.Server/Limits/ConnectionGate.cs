using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Wire;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Parley.Server.Limits;

/// <summary>Refuses connections before reading anything from them.</summary>
internal static partial class ConnectionGate
{
    private static readonly byte[] NoRoom = Write();

    /// <param name="speaksPlainly">Without TLS, so the client can be sent an answer.</param>
    internal static void Use(ListenOptions listen, ConnectionLimit limit, bool speaksPlainly, ILogger logger) => listen.Use(next => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!limit.TryEnter(address))
        {
            Log.TurnedAway(logger, address, limit.Count);
            if (speaksPlainly)
                await connection.Transport.Output.WriteAsync(NoRoom);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            limit.Leave(address);
        }
    });

    private static byte[] Write()
    {
        var problem = Problems.TooManyConnections();
        var json = JsonSerializer.SerializeToUtf8Bytes(problem.ToProblem(), WireJson.Strict.Problem);
        return
        [
            .. Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {ApiProblem.ContentType}\r\nContent-Length: {json.Length}\r\nRetry-After: 1\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")),
            .. json,
        ];
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A connection from {Address} was refused; there are {Count} connections.")]
        internal static partial void TurnedAway(ILogger logger, IPAddress? address, long count);
    }
}
