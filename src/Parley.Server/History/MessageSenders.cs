using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Senders and recipients as messages are looked for by them.</summary>
internal static class MessageSenders
{
    /// <summary>0: the server or an inbound hook, which have no mailbox.</summary>
    /// <returns>Null: none is named, or there is none of that name.</returns>
    internal static int? NumberOf(ProjectState project, string? id) =>
        id is null ? null : id == Sender.ServerId || id.StartsWith(Sender.HookPrefix, StringComparison.Ordinal) ? 0 : project.Agents.Find(id)?.Number;

    /// <summary>What tells those without a mailbox apart.</summary>
    internal static string? IdOf(int? number, string? id) => number == 0 ? id : null;
}
