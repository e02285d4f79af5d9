using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Routing;

namespace Parley.Server.History;

/// <summary>Shows what happened to a message.</summary>
internal sealed class MessageTraces(MessageAccess access, IMessageHistory history, IDeliveryHistory deliveryHistory)
{
    /// <returns>Null if there is no such message, or this reader may not read it.</returns>
    internal async ValueTask<MessageTrace?> FindAsync(ProjectState project, Guid id, Reader? reader, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(project, id, reader, cancellationToken) is not { } message)
            return null;
        var deliveries = await deliveryHistory.DeliveriesAsync(project.Number, message.Seq, cancellationToken);
        // A recipient sees only its own delivery. The others are the sender's business.
        if (reader is not null && message.Sender != reader.Agent)
            deliveries = [.. deliveries.Where(delivery => delivery.Agent == reader.Agent)];
        var replies = new List<Message>();
        foreach (var reply in await history.RepliesAsync(project.Number, message.Seq, cancellationToken))
        {
            if (await access.MayReadAsync(project, reply, reader, cancellationToken))
                replies.Add(MessageJsonReader.Message(reply));
        }

        var trace = await history.TraceAsync(project.Number, message.Seq, cancellationToken);
        var superseding = trace?.SupersededBy is { } later && await access.MayReadAsync(project, later, reader, cancellationToken) ? later : null;
        // How a message was routed is the sender's business, too.
        string[] routing = reader is not null && message.Sender != reader.Agent ? [] : trace?.Routing?.Split('\n') ?? [];
        return new MessageTrace
        {
            Message = MessageJsonReader.Message(message),
            Deliveries = [.. deliveries.Select(delivery => delivery.ToWire(project, id))],
            Routing = RuleLine.Shown(routing),
            Rules = RuleLine.RulesIn(routing),
            Replies = replies,
            Session = reader is null || message.Sender == reader.Agent ? trace?.Session : null,
            SupersededBy = superseding is null ? null : MessageJsonReader.Id(superseding.Json).ToString(),
        };
    }
}
