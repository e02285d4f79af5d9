using Parley.Server.Agents;
using Parley.Server.Log;

namespace Parley.Server.Routing;

/// <summary>Who gets a message, and what follows from how they were addressed.</summary>
/// <param name="Agents">Each agent once. A group never includes the sender.</param>
/// <param name="IsDirect">Whether one agent was addressed by name, so that a full mailbox refuses the send. Otherwise, full mailboxes are skipped and
/// reported.</param>
/// <param name="Capability">Set if the only recipient was chosen for this capability, so the delivery may move to another.</param>
/// <param name="Routing">How the addresses became recipients, one line each, if that is not obvious.</param>
internal sealed record Recipients(IReadOnlyList<AgentState> Agents, Audience Audience, bool IsDirect, string? Capability, string? Routing);
