using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>The questions of projects. Each change is stored in the same commit as the messages that tell of it.</summary>
internal sealed class QuestionBoard(EntityBoard<Question> questions, IEntityStore store, OpenQuestions open, AgentDirectory agents, IClusterView cluster, TimeProvider clock)
{
    /// <summary>Called after the commit that ends a question; set once, before the first request.</summary>
    internal IReadOnlyList<IQuestionWatcher> Watchers { get; set; } = [];

    internal ValueTask<IReadOnlyList<Entity<Question>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => questions.ListAsync(query, cancellationToken);

    /// <param name="id">Its id or its number.</param>
    internal ValueTask<Entity<Question>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) => WireNames.IsUuid(id)
        ? questions.FindAsync(project.Number, id, cancellationToken)
        : questions.FindNumberedAsync(project.Number, id, cancellationToken);

    /// <summary>The id of a new question.</summary>
    internal string NewId() => Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    /// <summary>The write that makes a question.</summary>
    internal EntityWrite Write(Question question) => questions.Write(null, Decision<Question>.Put(question, QuestionKinds.CreatedType));

    /// <summary>Asks a question.</summary>
    /// <param name="message">The message that asks it.</param>
    /// <returns>Null if the message cannot be stored, so nothing is.</returns>
    internal async ValueTask<Result<Entity<Question>?>> AskAsync(ProjectState project, Question question, Send message)
    {
        var outcome = await store.ApplyAsync(
            new Transition(project.Number, message.Sender.Number, [Write(question)]) { Messages = [message] }, CancellationToken.None);
        if (outcome.Result == TransitionResult.ProjectGone)
            return Problems.NotFound("project", project.Id);
        if (outcome.Result != TransitionResult.Applied)
            return (Entity<Question>?)null;
        return await PlaceAsync(project, outcome.Rows[0], (SendOutcome)outcome.Sent[0]);
    }

    /// <summary>Notes which message asks a question that was just stored with it, and that its agent waits.</summary>
    internal async ValueTask<Entity<Question>> PlaceAsync(ProjectState project, EntityRow row, SendOutcome message) =>
        await PlaceAsync(project, questions.Read(row), message.MessageId, message.Thread);

    /// <inheritdoc cref="PlaceAsync(ProjectState, EntityRow, SendOutcome)"/>
    internal async ValueTask<Entity<Question>> PlaceAsync(ProjectState project, Entity<Question> question, Guid message, Guid thread)
    {
        await FollowAsync(project, question.Row, isNew: true);
        var result = await ChangeAsync(
            project, sender: 0, question.Value.QuestionId, present => QuestionRules.Place(present.Value, message.ToString(), thread.ToString()), null, CancellationToken.None);
        return result.Problem is null ? result.Value : question;
    }

    /// <summary>Answers a question. Its agent gets the answer.</summary>
    internal async ValueTask<Result<Entity<Question>>> AnswerAsync(
        ProjectState project, Sender sender, string id, string answer, string? note, CancellationToken cancellationToken) => await ChangeAsync(
            project, sender.Number, id,
            present => QuestionRules.Answer(present.Value, answer, sender.Id, note, clock.GetUtcNow()),
            answered => [QuestionMessages.Answer(project, sender, answered)],
            cancellationToken);

    /// <summary>Withdraws a question. If its agent does not do so itself, it is told.</summary>
    /// <param name="sender">The number of the agent that does it; 0 for none.</param>
    internal async ValueTask<Result<Entity<Question>>> WithdrawAsync(ProjectState project, int sender, string id, CancellationToken cancellationToken) => await ChangeAsync(
        project, sender, id, present => QuestionRules.Withdraw(present.Value),
        withdrawn => withdrawn.AgentId is { } agent && project.Agents.Find(agent)?.Number == sender ? [] : [QuestionMessages.End(project, withdrawn)],
        cancellationToken);

    /// <summary>Does what is due: reminds, asks the next person, takes the default, or expires.</summary>
    internal async ValueTask AdvanceAsync(ProjectState project, string id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var human = await agents.HumanAsync(project, cancellationToken);
        IReadOnlyList<string> reminded = [], asked = [];
        await ChangeAsync(
            project, sender: 0, id,
            present =>
            {
                (reminded, asked) = ([], []);
                if (QuestionRules.Lapse(present.Value, now) is { Type: not null } lapsed)
                    return lapsed;
                if (present.Value is not { Status: QuestionStatus.Open, MessageId: not null } || QuestionLadder.Advance(present.Value, now, IsThere) is not { } advanced)
                    return Decision<Question>.Keep;
                (var next, reminded, asked) = advanced;
                return Decision<Question>.Put(next, asked.Count > 0 ? QuestionKinds.EscalatedType : QuestionKinds.RemindedType);
            },
            next => next.Status switch
            {
                QuestionStatus.Defaulted => [QuestionMessages.Answer(project, Sender.Server, next)],
                QuestionStatus.Expired => [QuestionMessages.End(project, next)],
                _ => [.. reminded.Select(person => QuestionMessages.Remind(project, next, PersonOf(person), now)), .. asked.Select(person => QuestionMessages.Escalate(project, next, PersonOf(person), now))],
            },
            cancellationToken);

        bool IsThere(string person) => person == AgentDirectory.Human || project.Agents.Find(person) is not null;

        AgentState PersonOf(string person) => project.Agents.Find(person) ?? human;
    }

    /// <summary>The write that answers a question, without its message; null if it is no longer open.</summary>
    internal async ValueTask<(EntityWrite Write, Question Answered)?> AnswerWriteAsync(
        ProjectState project, string id, string value, string by, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, id, cancellationToken) is not { } present)
            return null;
        var decision = QuestionRules.Answer(present.Value, value, by, note: null, clock.GetUtcNow());
        return decision.Value is { } answered ? (questions.Write(present, decision), answered) : null;
    }

    /// <summary>Whether an execution takes no more messages.</summary>
    internal async ValueTask<bool> HasEndedAsync(ProjectState project, Guid execution, CancellationToken cancellationToken) =>
        await store.FindAsync(project.Number, (int)EntryKind.Execution, execution, cancellationToken) is { IsOver: true };

    /// <summary>Takes over what was stored: who waits for people is in memory, and shown with agents. Logs it if this is the first open question of an
    /// agent, or was its last one.</summary>
    internal async ValueTask FollowAsync(ProjectState project, EntityRow row, bool isNew = false)
    {
        open.Follow(row);
        foreach (var watcher in row.IsOver ? Watchers : [])
            watcher.Ended(project, questions.Read(row).Value);
        if (project.Agents.Find(row.Maker) is { } agent && agent.Id != AgentDirectory.Human && (row.IsOver || isNew) && open.CountOf(row.Maker) == (isNew ? 1 : 0))
            await agents.NoteActivityAsync(project, agent);
        // What this node was reading in the meantime may be outdated.
        await cluster.CatchUpAsync(CancellationToken.None);
    }

    /// <summary>Changes a question, with the messages that tell of it.</summary>
    private async ValueTask<Result<Entity<Question>>> ChangeAsync(
        ProjectState project, int sender, string id, Func<Entity<Question>, Decision<Question>> decide, Func<Question, IReadOnlyList<Send?>>? tell,
        CancellationToken cancellationToken)
    {
        // Otherwise, this node might not notice that this was the agent's last open question, because another node has just stored it.
        await cluster.CatchUpAsync(cancellationToken);
        var told = tell;
        while (true)
        {
            if (await FindAsync(project, id, cancellationToken) is not { } present)
                return QuestionRules.NotFound(id);
            var decision = decide(present);
            if (decision.Problem is { } problem)
                return problem;
            if (decision.Type is null)
                return present;
            IReadOnlyList<Send> messages = [.. told?.Invoke(decision.Value!).OfType<Send>() ?? []];
            var outcome = await store.ApplyAsync(
                new Transition(project.Number, sender, [questions.Write(present, decision)]) { Messages = messages }, cancellationToken);
            switch (outcome.Result)
            {
                case TransitionResult.Applied:
                    await FollowAsync(project, outcome.Rows[0]);
                    return questions.Written(outcome.Rows[0], decision.Value!);
                case TransitionResult.ProjectGone:
                    return Problems.NotFound("project", project.Id);
                case TransitionResult.MessageRefused:
                    // Its execution has ended, so it takes no more messages. The agent needs the answer all the same.
                    told = told == tell && tell is not null ? question => tell(question with { ExecutionId = null }) : null;
                    break;
            }
        }
    }
}
