using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>An agent that only handles messages ends its task by replying, with an outcome, to the message that assigned it.</summary>
/// <remarks>The task ends first, so a confirmed reply has always ended it. If only the first of the two happened, the sender gets no answer and
/// retries, and the task is already as it should be.</remarks>
internal sealed class TaskReplies(TaskBoard board, EntityBoard<Assignment> assignments, TimeProvider clock) : IReplyTaker
{
    public bool Takes(string? answeredType) => answeredType == HandOut.Type;

    public async ValueTask<ApiProblem?> TakeAsync(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, CancellationToken cancellationToken)
    {
        // Any agent may send a message of this type, but only one that the store created with an assignment assigns a task.
        if (FenceOf(answered.Json) is not var (taskId, fence) ||
            await assignments.FindAsync(project.Number, TaskKinds.NameOf(taskId, fence), cancellationToken) is not { } given || given.Value.AgentId != sender.Id ||
            given.Value.Status is AssignmentStatus.Completed or AssignmentStatus.Failed)
        {
            return null;
        }

        var isSuccess = reply.Outcome == Outcome.Success;
        if (isSuccess && Math.Max(reply.Payload.Length, reply.Content.Length) > TaskRules.LargestResult)
            return Problems.TooLarge("The result", TaskRules.LargestResult);
        var step = new TaskStep(isSuccess ? TaskVerb.Complete : TaskVerb.Fail, clock.GetUtcNow())
        {
            Fence = fence,
            Worker = sender.Id,
            Result = isSuccess ? ReplyParts.ResultOf(reply) : null,
            Reason = isSuccess ? null : ReplyParts.ErrorOf(reply),
        };
        var result = await board.MoveAsync(project, taskId, sender.Number, version: null, _ => step, cancellationToken);
        // A task that is deleted or has ended cannot change, but that is no reason to refuse the message.
        return result.Problem is { Code: ErrorCodes.LeaseLost } lost ? lost : null;
    }

    private static (string TaskId, long Fence)? FenceOf(byte[] message)
    {
        var reader = new Utf8JsonReader(message, JsonDepth.Stored);
        var whole = JsonElement.ParseValue(ref reader);
        return whole.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object &&
            payload.TryGetProperty("task_id", out var task) && task.ValueKind == JsonValueKind.String &&
            payload.TryGetProperty("fence", out var fence) && fence.ValueKind == JsonValueKind.Number && fence.TryGetInt64(out var number)
            ? (task.GetString()!, number)
            : null;
    }
}
