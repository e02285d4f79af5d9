using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sending the message of a dead letter anew.</summary>
internal sealed class DeadLetterResendConcept(DeadLetterResending resending, IAuditTrail audit) : IConcept
{
    public string Title => "Dead letters";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, (string First, ResendRequest? Second)>(
            "ResendDeadLetter", "Send the message of a dead letter anew, perhaps changed, and take the dead letter off the pile.",
            Input.Path("delivery_id").And(Input.OptionalBody<ResendRequest>("""{"to": "be-2", "content": "Please implement the login page on the new branch."}""")),
            ResendAsync)
        {
            Details = "The new message goes to the same agent and into the same thread, unless the body says otherwise. It comes from you, and it is not a reply, even if the first one was. "
                + "The message is stored and the dead letter removed in one step: if the send is refused, the dead letter stays.",
            Allows = Permission.ManageDeadLetters,
            Refuses = [.. MessagesConcept.SendRefusals.Where(code => code != ErrorCodes.IdempotencyConflict), ErrorCodes.SchemaMismatch, ErrorCodes.Conflict],
            Answers = [AnswerShape.Created<SendAnswer>(MessagesConcept.AnAnswer)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/dead-letters/{delivery_id}/resend"),
    ];

    private async ValueTask<Answer> ResendAsync((string First, ResendRequest? Second) asked, ProjectContext context)
    {
        var (delivery, changes) = asked;
        if (!(await resending.ResendAsync(context.Project, context.Caller, delivery, changes ?? new ResendRequest(), context.Cancellation)).TryGet(out var reply, out var problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "dead_letter.resent", delivery, context.Cancellation);
        using var buffer = new FrameBuffer();
        SendAnswerJson.Write(buffer, reply);
        return Answer.Created(JsonSerializer.Deserialize(buffer.From(0).Span, WireJson.Strict.SendAnswer)!, $"/messages/{reply.Outcome!.MessageId}");
    }
}
