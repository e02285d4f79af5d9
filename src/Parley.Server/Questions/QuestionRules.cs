using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>Validates questions and answers, and decides how questions change. Pure functions.</summary>
internal static class QuestionRules
{
    internal const string Noun = "question";

    private const int MostOptions = 20, MostPeople = 10, LongestText = 16_384, LongestDetail = 2_000, LongestStep = 366 * 86_400;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(366);

    internal static ApiProblem? Check(QuestionRequest request, DateTimeOffset now)
    {
        var validation = new Validation()
            .Required("content", request.Content)
            .Text("content", request.Content)
            .Options("options", request.Options)
            .Text("default", request.Default)
            .Check(request.Default is null || request.Deadline is not null, "default", "needs a deadline: it is the answer if nobody gives one by then")
            .Check(request.Deadline is not { } early || early > now, "deadline", "has passed")
            .Check(request.Deadline is not { } late || late <= now + LongestTime, "deadline", "is more than a year away")
            .Items("escalation", request.Escalation, MostPeople)
            .Range("escalate_after_seconds", request.EscalateAfterSeconds, 1, LongestStep)
            .Uuid("thread_id", request.ThreadId)
            .Uuid("task_id", request.TaskId)
            .Uuid("execution_id", request.ExecutionId)
            .Length("note", request.Note, LongestDetail)
            .AgentId("agent_id", request.AgentId == AgentDirectory.Human ? null : request.AgentId);
        for (var i = 0; i < request.Escalation?.Count && i < MostPeople; i++)
        {
            var (field, person) = (string.Create(CultureInfo.InvariantCulture, $"escalation[{i}]"), request.Escalation[i]);
            validation.AgentId(field, person == AgentDirectory.Human ? null : person);
            validation.Check(!request.Escalation.Take(i).Contains(person, StringComparer.Ordinal), field, $"is '{person}' again");
        }

        if (validation.Problem is { } problem)
            return problem;
        return request.Default is { } usual && request.Options is { Count: > 0 } options ? Choose("default", usual, options).Problem : null;
    }

    /// <summary>Checks the possible answers, and what is the answer if nobody gives one.</summary>
    internal static void CheckAnswers(Validation validation, string place, IReadOnlyList<QuestionOption>? options, string? usual)
    {
        validation.Options($"{place}.options", options).Text($"{place}.default", usual);
        if (usual is not null && options is { Count: > 0 and <= MostOptions } && !options.Any(option => option.Value is null) && !Find(usual, options).IsFound(out _, out var reason))
            validation.Fail($"{place}.default", reason);
    }

    internal static ApiProblem? Check(QuestionAnswer answer) => new Validation()
        .Required("answer", answer.Answer)
        .Text("answer", answer.Answer)
        .Length("note", answer.Note, LongestDetail)
        .Problem;

    /// <param name="agentId">Who asks; null for a step of a workflow.</param>
    internal static Question Create(QuestionRequest request, string questionId, string? agentId, DateTimeOffset now)
    {
        IReadOnlyList<QuestionOption> options = [.. (request.Options ?? []).Select(option => option with { Label = option.Label ?? option.Value })];
        return QuestionLadder.Plan(
            new Question
            {
                QuestionId = questionId,
                AgentId = agentId,
                Content = request.Content!,
                Options = options,
                Default = request.Default is { } usual && options.Count > 0 ? Choose("default", usual, options).Value : request.Default,
                Deadline = request.Deadline,
                Escalation = request.Escalation ?? [],
                EscalateAfterSeconds = request.EscalateAfterSeconds,
                TaskId = request.TaskId,
                ExecutionId = request.ExecutionId,
                Note = request.Note,
            },
            now);
    }

    /// <summary>With options, the answer must name one.</summary>
    internal static Decision<Question> Answer(Question question, string answer, string by, string? note, DateTimeOffset now)
    {
        if (question.Status != QuestionStatus.Open)
            return Decision<Question>.Refuse(Over(question));
        if (!Read(question, answer).TryGet(out var value, out var problem))
            return Decision<Question>.Refuse(problem);
        return Decision<Question>.Put(
            Ended(question, QuestionStatus.Answered) with { Answer = value, AnsweredBy = by, AnsweredAt = now, Note = note ?? question.Note }, QuestionKinds.AnsweredType);
    }

    /// <summary>What an answer means: with options, the value of the one that it names.</summary>
    internal static Result<string> Read(Question question, string answer) => question.Options.Count == 0 ? answer : Choose("answer", answer, question.Options);

    /// <summary>Nobody has answered by the deadline.</summary>
    internal static Decision<Question> Lapse(Question question, DateTimeOffset now)
    {
        if (question.Status != QuestionStatus.Open || question.Deadline is not { } deadline || deadline > now)
            return Decision<Question>.Keep;
        return question.Default is { } usual
            ? Decision<Question>.Put(Ended(question, QuestionStatus.Defaulted) with { Answer = usual, AnsweredAt = now }, QuestionKinds.DefaultedType)
            : Decision<Question>.Put(Ended(question, QuestionStatus.Expired), QuestionKinds.ExpiredType);
    }

    /// <summary>One that was withdrawn stays as it is: this may be repeated.</summary>
    internal static Decision<Question> Withdraw(Question question) => question.Status switch
    {
        QuestionStatus.Open => Decision<Question>.Put(Ended(question, QuestionStatus.Withdrawn), QuestionKinds.WithdrawnType),
        QuestionStatus.Withdrawn => Decision<Question>.Keep,
        _ => Decision<Question>.Refuse(Over(question)),
    };

    /// <summary>Notes which message asks it.</summary>
    internal static Decision<Question> Place(Question question, string messageId, string threadId) => question.MessageId is not null
        ? Decision<Question>.Keep
        : Decision<Question>.Put(question with { MessageId = messageId, ThreadId = threadId }, QuestionKinds.AskedType);

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    private static Question Ended(Question question, QuestionStatus status) => question with { Status = status, Waiting = [] };

    private static ApiProblem Over(Question question)
    {
        var at = question.AnsweredAt is { } time ? $" at {WireTime.ToText(time)}" : "";
        return Problems.Conflict(question.Status switch
        {
            QuestionStatus.Answered => $"The question '{question.QuestionId}' was answered by '{question.AnsweredBy}'{at}: {Problems.Shown(question.Answer!)}.",
            QuestionStatus.Defaulted => $"Nobody had answered the question '{question.QuestionId}' by its deadline, so its default was taken{at}: {Problems.Shown(question.Answer!)}.",
            QuestionStatus.Expired => $"The question '{question.QuestionId}' has expired: nobody had answered by its deadline.",
            _ => $"The question '{question.QuestionId}' was withdrawn, so it needs no answer.",
        });
    }

    /// <summary>Finds an option by its value, its label, or its number, in this order.</summary>
    private static Result<string> Choose(string field, string answer, IReadOnlyList<QuestionOption> options) =>
        Find(answer, options).IsFound(out var value, out var reason) ? value : Problems.InvalidField(field, reason);

    private static Choice Find(string answer, IReadOnlyList<QuestionOption> options)
    {
        var text = answer.Trim();
        var chosen = options.FirstOrDefault(option => option.Value == text)
            ?? Only(options, option => option.Value.Equals(text, StringComparison.OrdinalIgnoreCase) || text.Equals(option.Label, StringComparison.OrdinalIgnoreCase));
        if (chosen is null && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= options.Count)
            chosen = options[number - 1];
        return chosen is null
            ? new Choice(null, $"is '{Problems.Shown(text)}'; expected {string.Join(", ", options.Select((option, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1} ({option.Value})")))}")
            : new Choice(chosen.Value, null);
    }

    /// <param name="Reason">Why it is none of the options.</param>
    private readonly record struct Choice(string? Value, string? Reason)
    {
        internal bool IsFound([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? reason)
        {
            (value, reason) = (Value, Reason ?? "");
            return value is not null;
        }
    }

    private static QuestionOption? Only(IReadOnlyList<QuestionOption> options, Func<QuestionOption, bool> matches) =>
        options.Where(matches).Take(2).ToList() is [var only] ? only : null;

    private static Validation Text(this Validation validation, string field, string? value) => validation
        .Check(value is null || !string.IsNullOrWhiteSpace(value), field, "is empty")
        .Length(field, value, LongestText);

    private static Validation Options(this Validation validation, string field, IReadOnlyList<QuestionOption>? options)
    {
        validation.Check(options is not { Count: > MostOptions }, field, string.Create(CultureInfo.InvariantCulture, $"has {options?.Count} items; at most {MostOptions} are taken"));
        for (var i = 0; i < options?.Count && i < MostOptions; i++)
            validation.Option(string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"), options, i);
        return validation;
    }

    private static void Option(this Validation validation, string field, IReadOnlyList<QuestionOption> options, int index)
    {
        var option = options[index];
        validation
            .DisplayText($"{field}.value", option.Value)
            .DisplayText($"{field}.label", option.Label)
            .Length($"{field}.detail", option.Detail, LongestDetail)
            .Check(!options.Take(index).Any(other => other.Value == option.Value), field, $"has the value '{option.Value}', as an earlier one");
    }
}
