using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>The messages about a question: to the people who are asked, and to the agent that waits for the answer.</summary>
internal static class QuestionMessages
{
    /// <summary>To a person, for the first time.</summary>
    internal const string AskedType = "question";

    /// <summary>To a person, again.</summary>
    internal const string ReminderType = "question_reminder";

    /// <summary>To the agent.</summary>
    internal const string AnswerType = "answer", ExpiredType = "question_expired", WithdrawnType = "question_withdrawn";

    /// <summary>In seconds: longer than any question is open, and as long as an agent may be away from its answer.</summary>
    private const int LongestLife = 366 * 86_400, AnswerLife = 30 * 86_400;

    /// <summary>The message by which an agent asks.</summary>
    internal static SendDraft Ask(Question question)
    {
        var draft = new SendDraft
        {
            Type = AskedType,
            Content = Text(question.Content),
            Payload = Payload(question),
            Priority = Priority.High,
            Intent = Intent.Request,
            Thread = question.ThreadId is { } thread ? Guid.Parse(thread) : null,
            TaskId = question.TaskId,
            Execution = ExecutionOf(question),
            // Not until the deadline: if it expired, the agent would be told so, in addition to how the question ended.
            TtlSeconds = LongestLife,
            KeepsLimits = true,
        };
        draft.To.Add(QuestionLadder.People(question)[0]);
        return draft;
    }

    /// <summary>Puts the question to a further person. Sent by the server, so that nobody can claim to have been asked.</summary>
    internal static Send Escalate(ProjectState project, Question question, AgentState person, DateTimeOffset now) => FromServer(project, question, person, new SendDraft
    {
        Type = AskedType,
        Content = Text($"{AskerOf(question)} asks: {question.Content}"),
        Payload = Payload(question),
        Priority = Priority.High,
        TtlSeconds = LifeOf(question, now),
    });

    internal static Send Remind(ProjectState project, Question question, AgentState person, DateTimeOffset now) => FromServer(project, question, person, new SendDraft
    {
        Type = ReminderType,
        Content = Text($"{AskerOf(question)} still waits for an answer{(question.Deadline is { } until ? $", until {WireTime.ToText(until)}" : "")}: {question.Content}"),
        Payload = Payload(question),
        Priority = Priority.High,
        TtlSeconds = LifeOf(question, now),
    });

    /// <summary>The answer, or the default.</summary>
    /// <param name="question">As it will be.</param>
    /// <returns>Null if no agent asked, or it no longer exists.</returns>
    internal static Send? Answer(ProjectState project, Sender sender, Question question) => ToAgent(project, sender, question, new SendDraft
    {
        Type = AnswerType,
        Content = Text(question.Answer!),
        Payload = AnswerPayload(question),
        PassesLimits = true,
        TtlSeconds = AnswerLife,
    });

    /// <summary>It has ended without an answer.</summary>
    /// <inheritdoc cref="Answer"/>
    internal static Send? End(ProjectState project, Question question) => ToAgent(project, Sender.Server, question, new SendDraft
    {
        Type = question.Status == QuestionStatus.Expired ? ExpiredType : WithdrawnType,
        Content = Text(question.Status == QuestionStatus.Expired
            ? $"Nobody answered your question by its deadline: {question.Content}"
            : $"Your question was withdrawn: {question.Content}"),
        Payload = AnswerPayload(question),
        TtlSeconds = AnswerLife,
    });

    /// <summary>What the agent learns about the answer.</summary>
    internal static byte[] AnswerPayload(Question question) => JsonFields.Write(writer =>
    {
        writer.WriteString("question_id"u8, question.QuestionId);
        writer.WriteString("status"u8, WireType.WordOf(question.Status));
        writer.WriteString("answer"u8, question.Answer);
        writer.WriteString("answered_by"u8, question.AnsweredBy);
        writer.WriteString("note"u8, question.Note);
    });

    private static string AskerOf(Question question) => question.AgentId ?? $"The step '{question.Step}' of a workflow";

    private static Send FromServer(ProjectState project, Question question, AgentState person, SendDraft draft)
    {
        draft.To.Add(person.Id);
        return Mailbox.Compose(project, Sender.Server, draft, person, Guid.Parse(question.ThreadId!));
    }

    private static Send? ToAgent(ProjectState project, Sender sender, Question question, SendDraft draft)
    {
        if (question.AgentId is not { } id || project.Agents.Find(id) is not { } agent)
            return null;
        draft.To.Add(agent.Id);
        draft.TaskId = question.TaskId;
        draft.Execution = ExecutionOf(question);
        draft.ReplyTo = question.MessageId is { } message ? Guid.Parse(message) : null;
        return Mailbox.Compose(project, sender, draft, agent, question.ThreadId is { } thread ? Guid.Parse(thread) : null);
    }

    private static byte[] Payload(Question question) => JsonFields.Write(writer =>
    {
        writer.WriteString("question_id"u8, question.QuestionId);
        writer.WriteStartArray("options"u8);
        foreach (var option in question.Options)
            JsonSerializer.Serialize(writer, option, WireJson.Lenient.QuestionOption);
        writer.WriteEndArray();
        writer.WriteString("default"u8, question.Default);
        if (question.Deadline is { } deadline)
            writer.WriteString("deadline"u8, WireTime.ToText(deadline));
        else
            writer.WriteNull("deadline"u8);
        writer.WriteString("note"u8, question.Note);
        if (question.WorkflowId is null)
            return;
        writer.WriteString("workflow_id"u8, question.WorkflowId);
        writer.WriteString("step"u8, question.Step);
    });

    private static int LifeOf(Question question, DateTimeOffset now) =>
        question.Deadline is { } deadline ? (int)Math.Clamp(Math.Ceiling((deadline - now).TotalSeconds), 1, LongestLife) : LongestLife;

    private static Guid? ExecutionOf(Question question) => question.ExecutionId is { } execution ? Guid.Parse(execution) : null;

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));
}
