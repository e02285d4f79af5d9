using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>Who really sends: decided by the token, never by what the sender says.</summary>
/// <param name="Agent">Whose mailbox gets the replies; null: the server itself, or somebody outside.</param>
/// <param name="Words">The sender's fields of the message's JSON.</param>
/// <param name="Caller">Whose idempotency keys these are: the same agent over any transport, else the token.</param>
/// <param name="Session">The connection it speaks over; null over REST.</param>
internal sealed record Sender(AgentState? Agent, string Id, byte[] Words, Authority Authority, string Caller, string? Session)
{
    /// <summary>The name of the server as a sender.</summary>
    internal const string ServerId = "parley";

    private static readonly byte[] ServerWords = AgentJson.Sender(ServerId, null, "Parley");

    /// <summary>The server itself: notices of dead letters, broken rules, storms.</summary>
    internal static Sender Server { get; } = new(null, ServerId, ServerWords, Authority.System, "server", null);

    internal int Number => Agent?.Number ?? 0;
}
