using Parley.Protocol;
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

    /// <summary>The senders, recipients, and other values that a filter names, resolved.</summary>
    /// <param name="ofAgent">The number of an agent with an id; null if there is none.</param>
    /// <returns>What to take; null if nothing can match, because nobody has an id that is asked for.</returns>
    internal static HistoryQuery? Resolve(HistoryQuery query, MessageListQuery asked, Func<string, int?> ofAgent)
    {
        var (sender, recipient) = (Of(asked.Sender.Taken), Of(asked.Recipient.Taken));
        if ((asked.Sender.Taken is not null && sender is null) || (asked.Recipient.Taken is not null && recipient is null))
            return null;
        // What nobody sent or got is in no message, so there is nothing to leave out.
        var (notSender, notRecipient) = (Of(asked.Sender.LeftOut), Of(asked.Recipient.LeftOut));
        return query with
        {
            Types = asked.Types.AllTaken,
            Sender = sender,
            SenderId = IdOf(sender, asked.Sender.Taken),
            Recipient = recipient,
            Task = asked.Task.Taken,
            Priorities = Priorities(asked.Priorities.AllTaken),
            Since = asked.Since,
            Until = asked.Until,
            Except = !asked.LeavesOut ? null : (query.Except ?? new MessageExclusion()) with
            {
                Types = asked.Types.AllLeftOut,
                Sender = notSender,
                SenderId = IdOf(notSender, asked.Sender.LeftOut),
                Recipient = notRecipient,
                Task = asked.Task.LeftOut,
                Priorities = Priorities(asked.Priorities.AllLeftOut),
            },
        };

        int? Of(string? id) => id is null ? null : ofAgent(id);
    }

    private static HashSet<Priority>? Priorities(IReadOnlySet<string>? numbers) =>
        numbers?.Select(number => (Priority)(number[0] - '0')).ToHashSet();

    /// <summary>The id, which tells senders without a mailbox apart; null for others.</summary>
    internal static string? IdOf(int? number, string? id) => number == 0 ? id : null;
}
