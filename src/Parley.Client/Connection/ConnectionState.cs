using Parley.Protocol;

namespace Parley.Client;

/// <summary>How it stands with the connection of a <see cref="ParleyAgent"/>.</summary>
public enum ConnectionState
{
    /// <summary>Not yet, or not at the moment; what is sent waits and goes out when it is back.</summary>
    Connecting,

    /// <summary>The server has welcomed the agent; what is sent goes out at once.</summary>
    Connected,

    /// <summary>For good: disposed, or refused by the server.</summary>
    Closed,
}

/// <param name="state">What it is now.</param>
/// <param name="reason">What broke, where something did.</param>
public sealed class StateChangedEventArgs(ConnectionState state, Exception? reason) : EventArgs
{
    /// <summary>What it is now.</summary>
    public ConnectionState State { get; } = state;

    /// <summary>What broke, or why it is over; null where nothing did, as when it stands or was disposed.</summary>
    public Exception? Reason { get; } = reason;
}

/// <summary>An acknowledgement that nobody waited for was refused: the lease had lapsed, and the message comes, or came, again.</summary>
public sealed class SettlementFailedEventArgs(string messageId, Problem problem) : EventArgs
{
    /// <summary>The message whose acknowledgement was refused.</summary>
    public string MessageId { get; } = messageId;

    /// <summary>What the server said: mostly <see cref="ErrorCodes.LeaseLost"/>.</summary>
    public Problem Problem { get; } = problem;
}
