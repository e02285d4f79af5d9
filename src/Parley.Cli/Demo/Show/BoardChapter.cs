using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>The tasks of the morning, each as far as it is.</summary>
internal sealed class BoardChapter(ShowSet set)
{
    private readonly Dictionary<string, AgentTask> _tasks = new(StringComparer.Ordinal);

    public async Task PlayAsync()
    {
        foreach (var item in Board.All)
            await MoveAsync(item, await CreateAsync(item));
    }

    private async Task<AgentTask> CreateAsync(BoardTask item)
    {
        var request = new TaskRequest
        {
            Title = item.Title,
            Priority = item.Priority,
            AgentId = item.Who?.AgentId,
            RequiredCapabilities = item.Needs,
            DependsOn = [.. item.After.Select(title => _tasks[title].TaskId)],
            ParentTaskId = item.PartOf is { } whole ? _tasks[whole].TaskId : null,
            DueDate = item.DueIn is { } seconds ? set.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : null,
            AutoAssign = item.ForWhoeverCan,
        };
        return _tasks[item.Title] = await set.Cast[item.CreatedBy].Agent.CreateTaskAsync(request, set.Stopping);
    }

    private async Task MoveAsync(BoardTask item, AgentTask task)
    {
        if (item.State == BoardState.Cancelled)
        {
            await set.Cast[item.CreatedBy].Agent.UpdateTaskAsync(task.TaskId, new TaskPatch { Status = AgentTaskStatus.Cancelled, Error = item.Ends }, set.Stopping);
            return;
        }

        if (item.Who is not { } who)
            return;
        var verb = item.State == BoardState.Assigned ? "accept" : "start";
        task = await set.Cast[who].Api.Tasks.MoveAsync(task.TaskId, verb, new TaskMove { Fence = task.Fence, LeaseSeconds = Filling.LongestLease }, set.Stopping);
        await SayAsync(item, task, "acknowledgment", item.Begins);
        if (item.State is not (BoardState.Done or BoardState.Failed))
            return;
        await SayAsync(item, task, item.State == BoardState.Done ? "completion_notification" : "status_update", item.Ends);
        var end = item.State == BoardState.Failed
            ? new TaskPatch { Status = AgentTaskStatus.Failed, Error = item.Ends, Fence = task.Fence }
            : new TaskPatch { Status = AgentTaskStatus.Completed, Result = JsonSerializer.SerializeToElement(item.Ends ?? "", WireJson.Lenient.String), Fence = task.Fence };
        await set.Cast[who].Agent.UpdateTaskAsync(task.TaskId, end, set.Stopping);
    }

    /// <summary>Says something to the task's creator, in the task's thread.</summary>
    private async Task SayAsync(BoardTask item, AgentTask task, string type, string? text)
    {
        if (text is null || item.CreatedBy == item.Who)
            return;
        await set.Cast[item.Who!].Agent.SendAsync(
            new SendRequest
            {
                To = [item.CreatedBy.AgentId],
                MessageType = type,
                Content = text,
                ConversationThreadId = task.ThreadId,
                TaskId = task.TaskId,
                Intent = type == "acknowledgment" ? Intent.Ack : Intent.Inform,
            },
            set.Stopping);
    }
}
