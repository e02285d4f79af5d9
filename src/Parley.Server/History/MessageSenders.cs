using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Resolves the senders and recipients in filters.</summary>
internal static class MessageSenders
{
    /// <summary>The number of a participant; 0 for the server and inbound hooks, which have no mailbox.</summary>
    /// <returns>Null if none is given, or nobody has that id.</returns>
    internal static int? NumberOf(ProjectState project, string? id) =>
        id is null ? null : id == Sender.ServerId || id.StartsWith(Sender.HookPrefix, StringComparison.Ordinal) ? 0 : project.Agents.Find(id)?.Number;

    /// <summary>The id, which tells senders without a mailbox apart; null for others.</summary>
    internal static string? IdOf(int? number, string? id) => number == 0 ? id : null;
}
