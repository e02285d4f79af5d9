using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Tasks;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>Questions and answers as callers request them: who asks whom about what, and who may answer.</summary>
internal sealed class QuestionDesk(QuestionBoard board, TaskBoard tasks, Mailbox mailbox, SenderResolver senders, AgentDirectory agents, TimeProvider clock)
{
    /// <param name="request">As <see cref="QuestionRules.Check(QuestionRequest, DateTimeOffset)"/> accepts it.</param>
    internal async ValueTask<Result<Entity<Question>>> AskAsync(ProjectState project, Caller caller, QuestionRequest request, CancellationToken cancellationToken)
    {
        if (!(await senders.FindAsync(caller, project, request.AgentId, session: null, cancellationToken)).TryGet(out var sender, out var problem))
            return problem;
        foreach (var id in request.Escalation ?? [])
        {
            if (id != AgentDirectory.Human && project.Agents.Find(id) is null)
                return Problems.NotFound("agent", id);
            if (id == sender.Id)
                return Problems.InvalidField("escalation", $"contains '{id}', who asks");
        }

        if (request.TaskId is { } about)
        {
            if (await tasks.FindAsync(project, about, cancellationToken) is not { } task)
                return TaskRules.NotFound(about);
            if (TaskMoves.IsOver(task.Value.Status))
                return Problems.Conflict($"The task '{about}' is {WireType.WordOf(task.Value.Status)}, so nothing has to be asked about it.");
        }

        var question = QuestionRules.Create(request, board.NewId(), sender.Id, clock.GetUtcNow());
        var first = QuestionLadder.People(question)[0];
        var person = first == AgentDirectory.Human ? await agents.HumanAsync(project, cancellationToken) : project.Agents.Find(first);
        if (person is null)
            return Problems.NotFound("agent", first);
        var draft = QuestionMessages.Ask(question);
        draft.Thread = request.ThreadId is { } thread ? Guid.Parse(thread) : null;
        if (!(await mailbox.ComposeAsync(project, sender, draft, person, cancellationToken)).TryGet(out var message, out problem))
            return problem;
        if (!(await board.AskAsync(project, question, message)).TryGet(out var asked, out problem))
            return problem;
        if (asked is not null)
            return asked;
        if (await mailbox.OverBudgetAsync(message!, cancellationToken) is { } spent)
            return spent;
        return request.ExecutionId is { } execution && await board.HasEndedAsync(project, Guid.Parse(execution), cancellationToken)
            ? Problems.ExecutionEnded(execution)
            : Problems.MailboxFull(person.Id, project.Settings.MailboxLimit);
    }

    internal async ValueTask<Result<Entity<Question>>> AnswerAsync(
        ProjectState project, Caller caller, string id, QuestionAnswer answer, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(project, id, cancellationToken) is not { } present)
            return QuestionRules.NotFound(id);
        if (!(await senders.FindAsync(caller, project, senderId: null, session: null, cancellationToken)).TryGet(out var sender, out var problem))
            return problem;
        // With the token of an operator, a person answers, as whatever agent the token acts otherwise.
        if (caller.May(Permission.AnswerQuestions) == Access.Yes && sender.Authority != Authority.Operator)
            sender = SenderResolver.Of(caller, await agents.HumanAsync(project, cancellationToken), session: null);
        return QuestionReplies.MayAnswer(sender, present.Value)
            ? await board.AnswerAsync(project, sender, id, answer.Answer!, answer.Note, cancellationToken)
            : Problems.Forbidden($"'{sender.Id}' may not answer the question '{id}': it is put to {string.Join(", ", QuestionLadder.People(present.Value))}.");
    }
}
