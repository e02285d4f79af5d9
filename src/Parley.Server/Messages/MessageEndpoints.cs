using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sending over REST.</summary>
internal static class MessageEndpoints
{
    /// <summary>A batch may be larger than other bodies: a thousand sends.</summary>
    private const long BatchBytes = 32L * 1024 * 1024;

    /// <summary>What surrounds content, payload and metadata of the largest message.</summary>
    private const long Envelope = 64 * 1024;

    public static void MapSending(this IEndpointRouteBuilder routes, long maxMessageBytes)
    {
        var messages = routes.MapGroup("/messages").WithTags("Messages");
        messages.MapPost("/", SendAsync).WithName("SendMessage").WithSummary("Put a message in its recipients' mailboxes.")
            .Allow(Permission.Send).WithBodyLimit(maxMessageBytes + Envelope).Produces<SendAnswer>(StatusCodes.Status201Created).Produces<SendAnswer>()
            .Refuses(SendRefusals);
        messages.MapPost("/batch", SendBatchAsync).WithName("SendBatch").WithSummary("Send up to 1,000 messages, each with its own result.")
            .Allow(Permission.Send).WithBodyLimit(BatchBytes).Produces<SendItemResults>();
        routes.MapPost("/broadcast", BroadcastAsync).WithTags("Messages").WithName("Broadcast")
            .WithSummary("Send to everybody else in the project, or to a part of them.")
            .Allow(Permission.Send).WithBodyLimit(maxMessageBytes + Envelope).Produces<SendAnswer>(StatusCodes.Status201Created).Produces<SendAnswer>().Refuses(SendRefusals);
        routes.MapPost("/requests", RequestAsync).WithTags("Messages").WithName("SendRequest")
            .WithSummary("Send a message and wait for its first reply.")
            .Allow(Permission.Send).WithBodyLimit(maxMessageBytes + Envelope).Produces<RequestAnswer>()
            .Refuses([.. SendRefusals, ErrorCodes.RequestTimeout]);
    }

    private static string[] SendRefusals =>
    [
        ErrorCodes.UnknownRecipient, ErrorCodes.NoCapableAgent, ErrorCodes.MailboxFull, ErrorCodes.NotFound, ErrorCodes.ExecutionEnded,
        ErrorCodes.IdempotencyConflict,
    ];

    private static Task<IResult> SendAsync(
        SendBody<PlainSend> body, Caller caller, Scope scope, ProjectDirectory projects, SenderResolver senders, Mailbox mailbox, AgentDirectory agents,
        CancellationToken cancellationToken) =>
        PutAsync(body.Draft, caller, scope, projects, senders, mailbox, agents, cancellationToken);

    private static Task<IResult> BroadcastAsync(
        SendBody<BroadcastSend> body, Caller caller, Scope scope, ProjectDirectory projects, SenderResolver senders, Mailbox mailbox, AgentDirectory agents,
        CancellationToken cancellationToken)
    {
        body.Draft.To.Add("*");
        return PutAsync(body.Draft, caller, scope, projects, senders, mailbox, agents, cancellationToken);
    }

    private static async Task<IResult> PutAsync(
        SendDraft draft, Caller caller, Scope scope, ProjectDirectory projects, SenderResolver senders, Mailbox mailbox, AgentDirectory agents,
        CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var (sender, problem) = await senders.FindAsync(caller, project, draft.SenderId, session: null, cancellationToken);
        if (sender is null)
            return problem!;
        // A sign of life is the agent's own; who speaks for it gives none.
        if (caller.AgentId == sender.Id)
            await agents.SeenAsync(project, sender.Agent!, cancellationToken);
        var reply = await mailbox.SendAsync(project, sender, draft, null, cancellationToken);
        if (reply.Problem is { } refused)
            return refused;
        var outcome = reply.Outcome!;
        return new JsonBytes(StatusCodes.Status201Created, buffer => SendAnswerJson.Write(buffer, reply), $"{ApiPath.Base}/messages/{outcome.MessageId}");
    }

    private static async Task<IResult> SendBatchAsync(
        BatchBody body, Caller caller, Scope scope, ProjectDirectory projects, SenderResolver senders, Mailbox mailbox, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);

        var replies = new SendReply[body.Items.Count];
        var bySpeaker = new Dictionary<string, (Sender Sender, List<int> Items)>(StringComparer.Ordinal);
        for (var i = 0; i < replies.Length; i++)
        {
            var (draft, problem) = body.Items[i];
            if (problem is null)
            {
                var (sender, refused) = await senders.FindAsync(caller, project, draft!.SenderId, session: null, cancellationToken);
                problem = refused;
                if (sender is not null)
                {
                    if (!bySpeaker.TryGetValue(sender.Id, out var group))
                        bySpeaker.Add(sender.Id, group = (sender, []));
                    group.Items.Add(i);
                }
            }

            replies[i] = new SendReply(problem, null, null);
        }

        foreach (var (sender, items) in bySpeaker.Values)
        {
            await mailbox.RoomAsync(cancellationToken);
            var pending = await mailbox.SubmitAsync(project, sender, [.. items.Select(item => body.Items[item].Draft!)], null, cancellationToken);
            var sent = await pending.DoneAsync();
            for (var i = 0; i < items.Count; i++)
                replies[items[i]] = sent[i];
        }

        return new JsonBytes(StatusCodes.Status200OK, buffer => SendAnswerJson.WriteBatch(buffer, replies));
    }

    private static async Task<IResult> RequestAsync(
        SendBody<RequestSend> body, Caller caller, Scope scope, ProjectDirectory projects, SenderResolver senders, Requests requests,
        CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var (sender, problem) = await senders.FindAsync(caller, project, body.Draft.SenderId, session: null, cancellationToken);
        if (sender is null)
            return problem!;
        using var request = await requests.BeginAsync(project, sender, body.Draft, cancellationToken);
        if ((await request.StoredAsync()).Problem is { } refused)
            return refused;
        var (answer, late) = await request.AnswerAsync(cancellationToken);
        return answer is null ? late! : new JsonBytes(StatusCodes.Status200OK, buffer => buffer.Raw(answer));
    }
}
