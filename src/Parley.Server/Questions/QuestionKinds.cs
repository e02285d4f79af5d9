using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>Questions as a kind of entities, with their search keys.</summary>
internal static class QuestionKinds
{
    internal const string AQuestion =
        """
        {"question_id": "0199e1c1-0000-7000-8000-000000000950", "agent_id": "be-1", "content": "Which database should the service use?",
         "options": [{"value": "sqlite", "label": "SQLite", "detail": null}, {"value": "postgres", "label": "PostgreSQL", "detail": "Needs a server."}],
         "default": "sqlite", "deadline": "2026-01-22T14:50:00.000Z", "escalation": ["human", "lead-1"], "escalate_after_seconds": 1200,
         "status": "open", "answer": null, "answered_by": null, "thread_id": "0199e1c1-0000-7000-8000-000000000951",
         "message_id": "0199e1c1-0000-7000-8000-000000000951", "task_id": "0199e1c1-0000-7000-8000-000000000700", "workflow_id": null, "step": null, "execution_id": null,
         "created_at": "2026-01-22T13:50:00.000Z", "answered_at": null, "note": null, "waiting": ["human"],
         "reminders": [{"at": "2026-01-22T14:05:00.000Z", "to": "human", "sent": false}, {"at": "2026-01-22T14:10:00.000Z", "to": "lead-1", "sent": false}],
         "number": 1060, "version": 1062}
        """;

    /// <summary>Those whose message is not known yet.</summary>
    internal const string Unplaced = "unplaced";

    /// <summary>Open ones about a task, whichever it is.</summary>
    internal const string OpenAboutTask = "task";

    /// <summary>Open ones that put a step of a workflow to a person.</summary>
    internal const string OpenForStep = "step";

    /// <summary>Ended ones whose messages may still be in mailboxes.</summary>
    internal const string InMail = "mail";

    internal const string CreatedType = "question_created", AskedType = "question_asked", RemindedType = "question_reminded", EscalatedType = "question_escalated",
        AnsweredType = "question_answered", DefaultedType = "question_defaulted", ExpiredType = "question_expired", WithdrawnType = "question_withdrawn",
        RemovedType = "question_removed";

    /// <remarks>Its id is its name, so that the message which asks it can have the id: both are stored in the same commit.</remarks>
    internal static EntityKind<Question> Question { get; } = new()
    {
        Number = 30,
        Name = "question",
        Feed = "questions",
        RemovedType = RemovedType,
        Fields = new EntityFields(null) { Version = "version", Place = "number" },
        Json = WireJson.Lenient.Question,
        NameOf = question => question.QuestionId,
        Marks = Marks,
        Filter = query => QuestionQuery.Read(query).Filter,
        Due = QuestionLadder.Due,
        IsOver = question => question.Status != QuestionStatus.Open,
        Events =
        [
            new(AskedType, "An agent, or a step of a workflow, asked a person a question."),
            new(RemindedType, "A person was reminded of an open question."),
            new(EscalatedType, "An open question was put to the next person."),
            new(AnsweredType, "A question was answered."),
            new(DefaultedType, "Nobody answered a question by its deadline, so its default is the answer."),
            new(ExpiredType, "Nobody answered a question by its deadline, and it has no default."),
            new(WithdrawnType, "A question was withdrawn, perhaps because its task ended or its agent was deleted."),
        ],
        Example = AQuestion,
    };

    internal static string Mark(QuestionStatus status) => $"status={WireType.WordOf(status)}";

    internal static string OfAgent(string agentId) => $"agent={agentId}";

    /// <summary>The open ones of an agent.</summary>
    internal static string OpenOf(string agentId) => $"open={agentId}";

    /// <summary>The open ones about a task.</summary>
    internal static string OpenAbout(string taskId) => $"task={taskId}";

    /// <summary>The open one that a message asks.</summary>
    internal static string OpenIn(string messageId) => $"message={messageId}";

    private static IReadOnlyList<string> Marks(Question question)
    {
        var marks = new List<string> { Mark(question.Status) };
        if (question.AgentId is { } asker)
            marks.Add(OfAgent(asker));
        if (question.Status != QuestionStatus.Open)
        {
            if (question.MessageId is not null)
                marks.Add(InMail);
            return marks;
        }

        if (question.AgentId is { } agent)
            marks.Add(OpenOf(agent));
        if (question.WorkflowId is not null)
            marks.Add(OpenForStep);
        marks.Add(question.MessageId is { } message ? OpenIn(message) : Unplaced);
        if (question.TaskId is { } task)
        {
            marks.Add(OpenAboutTask);
            marks.Add(OpenAbout(task));
        }

        return marks;
    }
}
