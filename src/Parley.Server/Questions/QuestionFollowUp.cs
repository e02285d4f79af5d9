using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Tasks;

namespace Parley.Server.Questions;

/// <summary>Reminds people, asks the next ones, and ends questions at their deadlines.</summary>
internal sealed class QuestionDue(QuestionBoard board, EntityBoard<Question> questions, QuestionPlaces places, ProjectDirectory projects) : IDueLook<Question>
{
    public async ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (projects.Find(project) is not { } state || await questions.FindAsync(project, id, cancellationToken) is not { } question)
            return;
        if (question.Value is { Status: QuestionStatus.Open, MessageId: null })
            await places.PlaceAsync(state, question, cancellationToken);
        await board.AdvanceAsync(state, question.Value.QuestionId, cancellationToken);
    }
}

/// <summary>Withdraws questions that nobody waits for anymore: those of an agent that is deleted, and those about a task that has ended.</summary>
internal sealed class QuestionFollowUp(QuestionBoard board, FollowUps followUps) : IAgentWatcher, ITaskWatcher
{
    private const int PartSize = 100;

    public void Came(ProjectState project, AgentState agent)
    {
        // Its questions are as open as before.
    }

    public void Left(ProjectState project, AgentState agent)
    {
        // It gets the answer when it is back.
    }

    public ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken) =>
        WithdrawAsync(project, QuestionKinds.OpenOf(agent.Id), cancellationToken);

    public void Changed(ProjectState project, TaskChange change)
    {
        if (change.After is null || TaskMoves.IsOver(change.After.Value.Status))
            _ = followUps.RunAsync(project, "a question", cancel => WithdrawAsync(project, QuestionKinds.OpenAbout((change.After?.Value ?? change.Before!).TaskId), cancel));
    }

    private async ValueTask WithdrawAsync(ProjectState project, string mark, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize) { Marks = [mark] };
        while (true)
        {
            var part = await board.ListAsync(query, cancellationToken);
            foreach (var question in part)
                await board.WithdrawAsync(project, 0, question.Value.QuestionId, cancellationToken);
            if (part.Count < PartSize)
                return;
            query = query with { Below = part[^1].Row.Made };
        }
    }
}

/// <summary>Withdraws what a killed node left open although its task has ended. A few at a time, however many there are.</summary>
internal sealed class QuestionKeeper(QuestionBoard board, TaskBoard tasks, ProjectDirectory projects) : IChore
{
    private const int PartSize = 100;

    /// <summary>How far the check of a project has come.</summary>
    private readonly ConcurrentDictionary<int, long> _places = new();

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            var part = await board.ListAsync(
                new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize)
                {
                    Marks = [QuestionKinds.OpenAboutTask],
                    OldestFirst = true,
                    Above = _places.GetValueOrDefault(project.Number),
                },
                cancellationToken);
            foreach (var question in part)
            {
                if (await tasks.FindAsync(project, question.Value.TaskId!, cancellationToken) is not { } task || TaskMoves.IsOver(task.Value.Status))
                    await board.WithdrawAsync(project, 0, question.Value.QuestionId, cancellationToken);
            }

            _places[project.Number] = part.Count < PartSize ? 0 : part[^1].Row.Made;
        }

        return null;
    }
}
