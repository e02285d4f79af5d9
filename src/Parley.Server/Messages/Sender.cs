using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>The actual sender: determined by the token, never by what the sender claims.</summary>
/// <param name="Agent">The agent whose mailbox gets the replies; null for the server itself or an outside system.</param>
/// <param name="Words">The sender's fields in the message's JSON.</param>
/// <param name="Caller">Whose idempotency keys these are: the same agent's over any transport, or otherwise the token's.</param>
/// <param name="Session">The connection that it uses; null over REST.</param>
internal sealed record Sender(AgentState? Agent, string Id, byte[] Words, Authority Authority, string Caller, string? Session)
{
    /// <summary>The server's id as a sender.</summary>
    internal const string ServerId = "parley";

    /// <summary>How the sender ids of inbound hooks begin.</summary>
    internal const string HookPrefix = "inbound:";

    private static readonly byte[] ServerWords = AgentJson.Sender(ServerId, null, "Parley");

    /// <summary>The server itself, for notices of dead letters, broken rules, and storms.</summary>
    internal static Sender Server { get; } = new(null, ServerId, ServerWords, Authority.System, "server", null);

    internal int Number => Agent?.Number ?? 0;
}
