using Parley.Protocol;

namespace Parley.Client;

public enum ConnectionState
{
    /// <summary>Not yet, or not at the moment; what is sent waits and goes out when it is back.</summary>
    Connecting,
    Connected,

    /// <summary>For good: disposed, or refused by the server.</summary>
    Closed,
}

/// <param name="state">What it is now.</param>
/// <param name="reason">What broke, where something did.</param>
public sealed class StateChangedEventArgs(ConnectionState state, Exception? reason) : EventArgs
{
    public ConnectionState State { get; } = state;
    public Exception? Reason { get; } = reason;
}

/// <summary>An acknowledgement that nobody waited for was refused: the lease had lapsed, and the message comes, or came, again.</summary>
public sealed class SettlementFailedEventArgs(string messageId, Problem problem) : EventArgs
{
    public string MessageId { get; } = messageId;
    public Problem Problem { get; } = problem;
}
