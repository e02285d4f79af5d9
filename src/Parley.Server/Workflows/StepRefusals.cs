using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>A person reports that a step failed, by a reply with that outcome to the question that put it to them, or to a
/// reminder of it. Any other reply is an answer to the question, or conversation.</summary>
internal sealed class StepRefusals(WorkflowBoard board, WorkflowFollowUp followUp, QuestionBoard questions, TimeProvider clock) : IReplyTaker
{
    public bool Takes(string? answeredType) => answeredType is QuestionMessages.AskedType or QuestionMessages.ReminderType;

    public bool IsForNobody(SendDraft reply) => reply.Outcome != Outcome.Success;

    public async ValueTask<ApiProblem?> TakeAsync(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, CancellationToken cancellationToken)
    {
        // Any agent may send a message of this type, but only the server puts steps to people.
        if (reply.Outcome == Outcome.Success || answered.Sender != 0 || QuestionReplies.QuestionOf(answered) is not { } id ||
            await questions.FindAsync(project, id, cancellationToken) is not { Value: { WorkflowId: { } workflow, Step: { } step } question } ||
            !QuestionReplies.MayAnswer(sender, question))
        {
            return null;
        }

        var call = new StepCall(StepVerb.Fail, clock.GetUtcNow()) { Error = ReplyParts.ErrorOf(reply) };
        var result = await board.ChangeStepAsync(
            project, sender.Number, workflow, step,
            present => StepMoves.IsHeld(present.Status) && present.QuestionId == id ? StepMoves.Make(present, call) : Decision<WorkflowStep>.Keep, cancellationToken);
        if (result.TryGet(out var changed, out _))
            followUp.Changed(project, changed.Value);
        return null;
    }
}
