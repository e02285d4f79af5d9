namespace Parley.Server.Connections.WebSockets;

/// <summary>The limits of a socket.</summary>
internal static class SocketLimits
{
    /// <summary>The most bytes in one WebSocket message, which may contain many frames.</summary>
    internal const int MessageBytes = 4 * 1024 * 1024;

    /// <summary>The most bytes in one frame of the plain relay.</summary>
    internal const int RelayBytes = 1024 * 1024;
}

/// <summary>Why a socket was closed.</summary>
internal static class CloseCodes
{
    internal const int Stopping = 1001;
    internal const int TryLater = 1013;
    internal const int BadFrame = 4400;
    internal const int Unauthorized = 4401;
    internal const int Forbidden = 4403;
    internal const int NotFound = 4404;
    internal const int Silent = 4408;
    /// <summary>Its client reconnected and named the session.</summary>
    internal const int TakenOver = 4409;

    internal const int TooLarge = 4413;
    internal const int Flood = 4429;
}
