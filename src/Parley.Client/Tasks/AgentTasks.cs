using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Tasks: create them, assign them, work on them.</summary>
public sealed partial class ParleyAgent
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Creates a task. Not retried after a broken connection, because it may already have been created.</summary>
    /// <returns>The task; with <see cref="TaskRequest.AutoAssign"/>, it is already assigned if anybody could take it.</returns>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public Task<AgentTask> CreateTaskAsync(TaskRequest request, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<TaskRequest, AgentTask>(FrameEvents.TaskCreate, request, WireJson.Lenient.TaskRequest, WireJson.Lenient.AgentTask) { Repeatable = false },
        cancellationToken);

    /// <summary>Assigns a task to an agent, or to one that the server chooses.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="agentId">If omitted, the server chooses.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <exception cref="ParleyException">Nobody can take it (<see cref="ErrorCodes.NoCapableAgent"/>), it has ended, or the server
    /// refuses.</exception>
    public Task<AgentTask> AssignTaskAsync(string taskId, string? agentId = null, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<TaskAssignment, AgentTask>(
            FrameEvents.TaskAssign, new TaskAssignment { TaskId = taskId, AgentId = agentId }, WireJson.Lenient.TaskAssignment, WireJson.Lenient.AgentTask)
        { Repeatable = false },
        cancellationToken);

    /// <summary>Changes a task, or makes the transition to a status. Not retried after a broken connection.</summary>
    /// <exception cref="ParleyException">The agent no longer has the task (<see cref="ErrorCodes.LeaseLost"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task<AgentTask> UpdateTaskAsync(string taskId, TaskPatch change, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<TaskPatch, AgentTask>(FrameEvents.TaskUpdate, change with { TaskId = taskId }, WireJson.Lenient.TaskPatch, WireJson.Lenient.AgentTask) { Repeatable = false },
        cancellationToken);

    /// <summary>Completes a task that this agent has.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="fence">The fence of the assignment.</param>
    /// <param name="result">Any JSON, up to 256 KiB.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <exception cref="ParleyException">The agent no longer has the task (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task<AgentTask> CompleteTaskAsync(string taskId, long fence, JsonElement? result = null, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<TaskMove, AgentTask>(
            FrameEvents.TaskComplete, new TaskMove { TaskId = taskId, Fence = fence, Result = result?.Clone() }, WireJson.Lenient.TaskMove, WireJson.Lenient.AgentTask)
        { Repeatable = false },
        cancellationToken);

    /// <summary>Works on the tasks that are assigned to this agent, one at a time. Each task is started, its lease is extended while the handler
    /// runs, and then it is completed with the handler's result. If the handler throws, the task fails with the exception's message. If the agent
    /// loses the task in the meantime, the handler's token is cancelled and its result is dropped.</summary>
    /// <param name="handler">Returns the result: any JSON up to 256 KiB, or null.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    public IDisposable OnTaskAssigned(Func<AgentTask, CancellationToken, Task<JsonElement?>> handler) =>
        OnMessage(new MailboxFilter { Types = ["task_assignment"] }, (message, stop) => WorkAsync(message, handler, stop));

    private async Task WorkAsync(ReceivedMessage message, Func<AgentTask, CancellationToken, Task<JsonElement?>> handler, CancellationToken stop)
    {
        // Others may send messages of this type too. If one does not assign a task, there is nothing to work on.
        if (message.Message.Payload is not { ValueKind: JsonValueKind.Object } payload || !payload.TryGetProperty("fence", out var number) || !number.TryGetInt64(out var fence) ||
            !payload.TryGetProperty("task_id", out var id) || id.GetString() is not { } taskId)
        {
            return;
        }

        AgentTask task;
        try
        {
            task = await UpdateTaskAsync(taskId, new TaskPatch { Status = AgentTaskStatus.InProgress, Fence = fence }, stop);
        }
        catch (ParleyException lost) when (lost.Code is ErrorCodes.LeaseLost or ErrorCodes.NotFound or ErrorCodes.Conflict)
        {
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var renewing = RenewAsync(task, ends);
        JsonElement? result = null;
        string? error = null;
        try
        {
            result = await handler(task, ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The task is lost, or this agent stops. The server assigns it to another.
            return;
        }
#pragma warning disable CA1031 // Whatever the handler throws is the reason why the task failed.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            error = failure.Message is "" ? failure.GetType().Name : failure.Message;
        }
        finally
        {
            await ends.CancelAsync();
            await renewing;
        }

        try
        {
            _ = error is null
                ? await CompleteTaskAsync(taskId, fence, result, stop)
                : await UpdateTaskAsync(taskId, new TaskPatch { Status = AgentTaskStatus.Failed, Fence = fence, Error = error }, stop);
        }
        catch (ParleyException lost) when (lost.Code == ErrorCodes.LeaseLost)
        {
            // Another agent has the task now, and only its result counts.
        }
    }

    /// <summary>Extends the lease, after each third of its time, until the work ends.</summary>
    private async Task RenewAsync(AgentTask task, CancellationTokenSource ends)
    {
        try
        {
            await using var api = _connector.OpenApi();
            while (task.LeaseUntil is { } until)
            {
                // Limited, because this machine's clock may differ from the server's.
                var third = (until - _options.TimeProvider.GetUtcNow()) / 3;
                var pause = third < ShortestPause ? ShortestPause : third > LongestPause ? LongestPause : third;
                await Task.Delay(pause, _options.TimeProvider, ends.Token);
                task = await api.Tasks.MoveAsync(task.TaskId, "extend", new TaskMove { Fence = task.Fence }, ends.Token);
            }
        }
        catch (ParleyException lost) when (lost.Code is ErrorCodes.LeaseLost or ErrorCodes.NotFound or ErrorCodes.Conflict)
        {
            await ends.CancelAsync();
        }
        catch (Exception ended) when (ended is ParleyException or OperationCanceledException)
        {
            // The work ended, or no server answers. In that case the lease ends by itself, and the end of the work reports it.
        }
    }
}
