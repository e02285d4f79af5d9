using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Reservations;
using Parley.Server.Tasks;
using Parley.Server.Workflows;

namespace Parley.Server.CatchUp;

/// <summary>What an agent has: tasks, steps, questions, and reservations.</summary>
internal sealed class WorkInHand(
    EntityBoard<AgentTask> tasks, EntityBoard<WorkflowStep> steps, EntityBoard<Question> questions, EntityBoard<Reservation> reservations, IEntityStore store)
{
    /// <summary>The most items of a list that are read, and the most that are counted.</summary>
    private const int MostRead = 100, MostCounted = 1_000;

    internal async ValueTask<CatchUpPart<CatchUpTask>> TasksAsync(ProjectState project, string agentId, CancellationToken cancellationToken)
    {
        var (found, total) = await ReadAsync(tasks, project, TaskKinds.Task.Number, TaskKinds.HeldBy(agentId), cancellationToken);
        return CatchUpParts.Of(
            [.. found.OrderByDescending(task => task.Priority).Select(Short)], total, task => task.Description, (task, text, whole) => task with { Description = text, Shortened = whole });
    }

    internal async ValueTask<CatchUpPart<CatchUpStep>> StepsAsync(ProjectState project, string agentId, CancellationToken cancellationToken)
    {
        var (found, total) = await ReadAsync(steps, project, WorkflowKinds.Step.Number, WorkflowKinds.HeldBy(agentId), cancellationToken);
        return CatchUpParts.Of([.. found.Select(Short)], total, step => step.Action, (step, text, whole) => step with { Action = text, Shortened = whole });
    }

    internal async ValueTask<CatchUpPart<CatchUpQuestion>> QuestionsAsync(ProjectState project, string agentId, CancellationToken cancellationToken)
    {
        var (found, total) = await ReadAsync(questions, project, QuestionKinds.Question.Number, QuestionKinds.OpenOf(agentId), cancellationToken);
        return CatchUpParts.Of(
            [.. found.Select(Short)], total, question => question.Content, (question, text, whole) => question with { Content = text, Shortened = whole });
    }

    internal async ValueTask<CatchUpPart<CatchUpReservation>> ReservationsAsync(ProjectState project, string agentId, CancellationToken cancellationToken)
    {
        var (found, total) = await ReadAsync(reservations, project, ReservationKinds.Reservation.Number, ReservationKinds.LiveOf(agentId), cancellationToken);
        return CatchUpParts.Of([.. found.Select(Short)], total);
    }

    /// <returns>The oldest, and how many there are, counted up to a limit.</returns>
    private async ValueTask<(IReadOnlyList<T> Items, int Total)> ReadAsync<T>(
        EntityBoard<T> board, ProjectState project, int kind, string mark, CancellationToken cancellationToken)
        where T : class
    {
        var found = await board.ListAsync(new EntityQuery(project.Number, kind, MostRead) { Marks = [mark], OldestFirst = true }, cancellationToken);
        var total = found.Count < MostRead ? found.Count : await store.CountAsync(project.Number, kind, mark, MostCounted, cancellationToken);
        return ([.. found.Select(one => one.Value)], total);
    }

    private static CatchUpTask Short(AgentTask task) => new()
    {
        TaskId = task.TaskId,
        Title = task.Title,
        Status = task.Status,
        Priority = task.Priority,
        Fence = task.Fence,
        LeaseUntil = task.LeaseUntil,
        DueDate = task.DueDate,
        Description = task.Description,
    };

    private static CatchUpStep Short(WorkflowStep step) => new()
    {
        WorkflowId = step.WorkflowId,
        Step = step.Step,
        Status = step.Status,
        Fence = step.Fence,
        TimeoutAt = step.TimeoutAt,
        Action = step.Action,
    };

    private static CatchUpQuestion Short(Question question) => new()
    {
        QuestionId = question.QuestionId,
        Deadline = question.Deadline,
        Waiting = question.Waiting,
        Content = question.Content,
    };

    private static CatchUpReservation Short(Reservation reservation) => new()
    {
        ReservationId = reservation.ReservationId,
        Status = reservation.Status,
        Mode = reservation.Mode,
        Fence = reservation.Fence,
        ExpiresAt = reservation.ExpiresAt,
        Paths = reservation.Paths,
        Wanted = reservation.WantedBy.Count,
    };
}
