using Parley.Server.Agents;
using Parley.Server.Log;

namespace Parley.Server.Routing;

/// <summary>Who gets a message, and what follows from how they were addressed.</summary>
/// <param name="Agents">Each once, the sender never by a group.</param>
/// <param name="IsDirect">One agent by name: a full mailbox refuses the send. Otherwise it is skipped and named.</param>
/// <param name="Capability">Set when the one recipient was chosen for it; the delivery may move to another.</param>
/// <param name="Routing">How addresses became recipients, a line each, where that is not plain.</param>
internal sealed record Recipients(IReadOnlyList<AgentState> Agents, Audience Audience, bool IsDirect, string? Capability, string? Routing);
