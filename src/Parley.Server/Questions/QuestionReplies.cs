using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>A person answers a question by replying to its message, or to a reminder. The reply is the answer, and is stored in the same commit as the
/// change of the question.</summary>
internal sealed class QuestionReplies(QuestionBoard board, QuestionPlaces places) : ISendCompanion
{
    public async ValueTask<SendCompanion?> JoinAsync(
        ProjectState project, Sender sender, SendDraft draft, LogEntry? answered, bool isAddressed, CancellationToken cancellationToken)
    {
        // Agents ask each other, too, by messages of the same type. Only what people reply, and replies to what names a question, are looked up.
        if (answered?.Type is not (QuestionMessages.AskedType or QuestionMessages.ReminderType or MessageRouting.HumanIntervention) || draft.Content.IsEmpty || draft.DeliverAt is not null ||
            (sender.Authority != Authority.Operator && QuestionOf(answered) is null) || await FindAsync(project, answered, cancellationToken) is not { Value: { Status: QuestionStatus.Open } question } || !MayAnswer(sender, question))
        {
            return null;
        }

        // The answer to a step of a workflow is for nobody but the step. If the person reports that the step failed, that is no answer.
        var agent = question.AgentId is { } id ? project.Agents.Find(id) : null;
        if (question.WorkflowId is not null ? isAddressed || draft.Outcome is not (null or Outcome.Success) : agent is null || (isAddressed && !draft.To.Contains(agent.Id)))
            return null;

        // A text that names no option is a message in the conversation, such as a question in return.
        var text = JsonSerializer.Deserialize(draft.Content.Span, WireJson.Strict.String)!;
        if (string.IsNullOrWhiteSpace(text) || QuestionRules.Read(question, text) is not { Problem: null, Value: var value } ||
            await board.AnswerWriteAsync(project, question.QuestionId, value, sender.Id, cancellationToken) is not var (write, next))
        {
            return null;
        }

        return new SendCompanion(write)
        {
            Again = async cancel => (await board.AnswerWriteAsync(project, question.QuestionId, value, sender.Id, cancel))?.Write,
            Stored = (row, _) => board.FollowAsync(project, row),
            Recipients = agent is null ? [] : [agent],
            Shape = reply =>
            {
                reply.MoveTo(agent is null ? [] : [agent.Id], isArray: agent is null, narrowed: null);
                reply.PassesLimits = true;
                if (reply.Type == "text")
                    reply.Type = QuestionMessages.AnswerType;
                if (reply.Payload.IsEmpty)
                    reply.Payload = QuestionMessages.AnswerPayload(next);
            },
        };
    }

    /// <summary>The question that the payload of a message names; null if it names none.</summary>
    internal static string? QuestionOf(LogEntry message) =>
        MessageJsonReader.Message(message).Payload is { ValueKind: JsonValueKind.Object } payload &&
        payload.TryGetProperty("question_id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;

    /// <summary>Only a person, or an agent that is asked by name.</summary>
    internal static bool MayAnswer(Sender sender, Question question) =>
        sender.Authority == Authority.Operator || (sender.Authority == Authority.Agent && question.Escalation.Contains(sender.Id, StringComparer.Ordinal));

    private async ValueTask<Entity<Question>?> FindAsync(ProjectState project, LogEntry message, CancellationToken cancellationToken)
    {
        // Any agent can send a message of this type and name any question in it, but not with the server's authority.
        if (message.Sender == 0)
            return MessageJsonReader.Message(message).Authority == Authority.System && QuestionOf(message) is { } id ? await board.FindAsync(project, id, cancellationToken) : null;
        var asked = new EntityQuery(project.Number, QuestionKinds.Question.Number, 1) { Marks = [QuestionKinds.OpenIn(MessageJsonReader.Id(message.Json).ToString())] };
        if (await board.ListAsync(asked, cancellationToken) is [var found])
            return found;
        await places.PlaceAllAsync(project, cancellationToken);
        return await board.ListAsync(asked, cancellationToken) is [var placed] ? placed : null;
    }
}
