using Parley.Protocol;

namespace Parley.Client;

/// <summary>The state of a <see cref="ParleyAgent"/>'s connection.</summary>
public enum ConnectionState
{
    /// <summary>Not connected yet, or reconnecting. Sends wait until the connection is up.</summary>
    Connecting,

    /// <summary>The server has welcomed the agent. Sends go out at once.</summary>
    Connected,

    /// <summary>Closed permanently: disposed, or refused by the server.</summary>
    Closed,
}

/// <summary>The connection's state changed.</summary>
/// <param name="state">The new state.</param>
/// <param name="reason">What broke or ended the connection, if anything did.</param>
public sealed class StateChangedEventArgs(ConnectionState state, Exception? reason) : EventArgs
{
    /// <summary>The new state.</summary>
    public ConnectionState State { get; } = state;

    /// <summary>What broke the connection, or why it ended. Null if nothing went wrong: it is connected or was disposed.</summary>
    public Exception? Reason { get; } = reason;
}

/// <summary>An acknowledgment that nobody waited for was refused, usually because the lease had lapsed. The message is delivered again, or already
/// was.</summary>
public sealed class SettlementFailedEventArgs(string messageId, Problem problem) : EventArgs
{
    /// <summary>The message whose acknowledgment was refused.</summary>
    public string MessageId { get; } = messageId;

    /// <summary>The server's reason, usually <see cref="ErrorCodes.LeaseLost"/>.</summary>
    public Problem Problem { get; } = problem;
}
