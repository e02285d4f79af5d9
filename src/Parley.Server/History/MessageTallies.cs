using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.History;

/// <summary>How far the deliveries of messages are, as a reader may know it.</summary>
internal sealed class MessageTallies(IDeliveryHistory deliveries)
{
    /// <summary>For a message without deliveries.</summary>
    internal static DeliveryTally None { get; } = new();

    /// <summary>An agent sees all deliveries of what it sent, and of other messages only its own: the others are the sender's business.</summary>
    /// <returns>By the seq of the message; absent for one without deliveries.</returns>
    internal async ValueTask<IReadOnlyDictionary<long, DeliveryTally>> OfAsync(
        int project, Reader? reader, IReadOnlyList<LogEntry> messages, CancellationToken cancellationToken)
    {
        if (reader is null)
            return await deliveries.TalliesAsync(project, [.. messages.Select(SeqOf)], agent: null, cancellationToken);
        var sent = messages.ToLookup(message => message.Sender == reader.Agent, SeqOf);
        var own = await deliveries.TalliesAsync(project, [.. sent[true]], agent: null, cancellationToken);
        var others = await deliveries.TalliesAsync(project, [.. sent[false]], reader.Agent, cancellationToken);
        return own.Concat(others).ToDictionary();
    }

    /// <summary>The seq of a message, also of one that a later entry releases.</summary>
    internal static long SeqOf(LogEntry entry) => entry.Kind == EntryKind.Release ? entry.Subject : entry.Seq;
}
