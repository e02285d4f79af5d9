using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Tasks;
using Parley.Server.Workflows;

namespace Parley.Server.CatchUp;

/// <summary>The messages that an agent got: requests that it has not answered, and what waits in its inbox.</summary>
internal sealed class MessagesInHand(IAgentTrail trail, IMailboxCounts mailboxes, TimeProvider clock)
{
    /// <summary>How many of the newest messages are searched for requests, and how many of those are checked.</summary>
    private const int MostSearched = 1_000, MostRequests = 100;

    /// <summary>How many of the newest messages are searched for those that wait, and how many of those are shown.</summary>
    private const int MostWaiting = 100, MostNewest = 10;

    private const int PartSize = 250;

    /// <param name="agent">The agent's number.</param>
    internal async ValueTask<(CatchUpPart<CatchUpRequest> Requests, CatchUpInbox Inbox, CatchUpPart<CatchUpMessage> Newest)> ReadAsync(
        ProjectState project, int agent, CancellationToken cancellationToken)
    {
        var got = await GotAsync(project, agent, cancellationToken);
        var now = clock.GetUtcNow();
        var asked = got.Where(message => ThreadSummarizer.Asks(message) && !IsHandOut(message) && !(message.ExpiresAt <= now)).Take(MostRequests).ToList();
        var own = (await trail.DeliveriesAsync(
                project.Number, agent, [.. asked.Concat(got.Take(MostWaiting)).Select(message => message.Seq).Distinct()], cancellationToken))
            .ToDictionary(delivery => delivery.Seq);
        var replies = (await trail.RepliesAsync(project.Number, agent, [.. asked.Select(message => message.Seq)], cancellationToken))
            .ToLookup(reply => reply.ReplyTo, reply => MessageJsonReader.Message(reply).Intent);
        var requests = asked
            .Where(message => own.TryGetValue(message.Seq, out var delivery) && delivery.State is DeliveryState.Queued or DeliveryState.Leased or DeliveryState.Acknowledged)
            .Where(message => replies[message.Seq].All(intent => intent == Intent.Ack))
            .OrderByDescending(message => message.Priority).ThenBy(message => message.Seq)
            .Select(message => ToRequest(message, own[message.Seq].State, replies[message.Seq].Any()))
            .ToList();

        var counts = await mailboxes.CountsAsync([agent], cancellationToken);
        var waiting = await mailboxes.WaitingAsync(agent, cancellationToken);
        var inbox = new CatchUpInbox
        {
            Waiting = waiting.Sum(),
            Critical = waiting[(int)Priority.Critical],
            High = waiting[(int)Priority.High],
            Normal = waiting[(int)Priority.Normal],
            Low = waiting[(int)Priority.Low],
            Leased = counts.GetValueOrDefault(agent)?.InFlight ?? 0,
            Dead = counts.GetValueOrDefault(agent)?.Dead ?? 0,
        };
        var shown = requests.Select(request => request.MessageId).ToHashSet(StringComparer.Ordinal);
        var waits = got.Take(MostWaiting).Where(message => own.TryGetValue(message.Seq, out var delivery) && delivery.State == DeliveryState.Queued).ToList();
        var newest = waits.Where(message => !shown.Contains(message.MessageId) && !IsHandOut(message)).Take(MostNewest).Select(Short).ToList();
        var elsewhere = requests.Count(request => request.State == DeliveryState.Queued) + waits.Count(IsHandOut);
        return (
            CatchUpParts.Of(requests, requests.Count, request => request.Content, (request, text, whole) => request with { Content = text, Shortened = whole }),
            inbox,
            CatchUpParts.Of(newest, inbox.Waiting - elsewhere, message => message.Content, (message, text, whole) => message with { Content = text, Shortened = whole }));
    }

    /// <summary>The newest messages to an agent that still say something, newest first.</summary>
    private async ValueTask<List<Message>> GotAsync(ProjectState project, int agent, CancellationToken cancellationToken)
    {
        var got = new List<Message>();
        var superseded = new HashSet<string>(StringComparer.Ordinal);
        var below = long.MaxValue;
        for (var searched = 0; searched < MostSearched;)
        {
            // A part may be smaller than asked for, because its bytes are limited too.
            var part = await trail.GotAsync(project.Number, agent, below, PartSize, cancellationToken);
            if (part.Count == 0)
                break;
            foreach (var message in part.Select(MessageJsonReader.Message))
            {
                if (message.Supersedes is { } old)
                    superseded.Add(old);
                if (!message.Deleted && !superseded.Contains(message.MessageId))
                    got.Add(message);
            }

            searched += part.Count;
            below = part[^1].Seq;
        }

        return got;
    }

    /// <summary>The message that hands out a task or a step: those are listed themselves.</summary>
    private static bool IsHandOut(Message message) =>
        message.MessageType is HandOut.Type or StepHandOut.Type && message.Payload is { ValueKind: JsonValueKind.Object } payload && payload.TryGetProperty("fence", out _);

    private static CatchUpRequest ToRequest(Message message, DeliveryState state, bool isAccepted) => new()
    {
        MessageId = message.MessageId,
        From = message.SenderId,
        MessageType = message.MessageType,
        Priority = message.Priority,
        Timestamp = message.Timestamp,
        Content = message.Content,
        ConversationThreadId = message.ConversationThreadId,
        State = state,
        Accepted = isAccepted,
        ExpiresAt = message.ExpiresAt,
    };

    private static CatchUpMessage Short(Message message) => new()
    {
        MessageId = message.MessageId,
        From = message.SenderId,
        MessageType = message.MessageType,
        Priority = message.Priority,
        Timestamp = message.Timestamp,
        Content = message.Content,
    };
}
