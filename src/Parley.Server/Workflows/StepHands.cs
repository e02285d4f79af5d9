using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Steps as those who work on them end them: by a call, or by a reply to the message that handed out the step.</summary>
internal sealed class StepHands(WorkflowBoard board, WorkflowFollowUp followUp, IAuditTrail audit, TimeProvider clock) : IReplyTaker
{
    public bool Takes(string? answeredType) => answeredType == StepHandOut.Type;

    public bool IsForNobody(SendDraft reply) => true;

    /// <summary>For a caller.</summary>
    internal async ValueTask<Result<Entity<WorkflowStep>>> CallAsync(
        ProjectContext context, string workflowId, string name, StepVerb verb, WorkflowStepMove move)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (await FindAsync(project, workflowId, name, context.Cancellation) is not { } step)
        {
            return await board.FindAsync(project, workflowId, context.Cancellation) is null
                ? WorkflowRules.NotFound(workflowId)
                : Problems.NotFound(WorkflowRules.StepNoun, name);
        }

        var call = new StepCall(verb, clock.GetUtcNow())
        {
            Fence = move.Fence,
            Worker = caller.May(Permission.WorkOnTasks) == Access.Own ? caller.AgentId : null,
            Result = move.Result,
            Error = move.Error,
        };
        var result = await ChangeAsync(project, caller.NumberIn(project), step, call, context.Cancellation);
        if (result.Problem is null)
            await audit.RecordAsync(caller, project.Id, $"workflow.step.{WireType.WordOf(verb)}", $"{workflowId}/{name}", context.Cancellation);
        return result;
    }

    /// <remarks>The step ends first, so a confirmed reply has always ended it. If only the first of the two happened, the sender gets no answer and
    /// retries, and the step is already as it should be.</remarks>
    public async ValueTask<ApiProblem?> TakeAsync(ProjectState project, Sender sender, LogEntry answered, SendDraft reply, CancellationToken cancellationToken)
    {
        // Any agent may send a message of this type, but only the server hands out steps.
        if (answered.Sender != 0 || !TryRead(answered.Json, out var workflowId, out var name, out var fence) ||
            await FindAsync(project, workflowId, name, cancellationToken) is not { } step)
        {
            return null;
        }

        var isSuccess = reply.Outcome == Outcome.Success;
        if (isSuccess && Math.Max(reply.Payload.Length, reply.Content.Length) > WorkflowRules.LargestResult)
            return Problems.TooLarge("The result", WorkflowRules.LargestResult);
        var call = new StepCall(isSuccess ? StepVerb.Complete : StepVerb.Fail, clock.GetUtcNow())
        {
            Fence = fence,
            // People answer for whoever operates the project.
            Worker = sender.Authority == Authority.Agent ? sender.Id : null,
            Result = isSuccess ? ReplyParts.ResultOf(reply) : null,
            Error = isSuccess ? null : ReplyParts.ErrorOf(reply),
        };
        var result = await ChangeAsync(project, sender.Number, step, call, cancellationToken);
        // A workflow that was deleted or has ended cannot change, but that is no reason to refuse the message.
        return result.Problem is { Code: ErrorCodes.LeaseLost or ErrorCodes.Forbidden } refused ? refused : null;
    }

    private async ValueTask<Result<Entity<WorkflowStep>>> ChangeAsync(ProjectState project, int sender, Entity<WorkflowStep> step, StepCall call, CancellationToken cancellationToken)
    {
        var result = await board.ChangeStepAsync(project, sender, step.Value.WorkflowId, step.Value.Step, present => StepMoves.Make(present, call), cancellationToken);
        if (result.TryGet(out var changed, out _))
            followUp.Changed(project, changed.Value);
        return result;
    }

    private async ValueTask<Entity<WorkflowStep>?> FindAsync(ProjectState project, string workflowId, string name, CancellationToken cancellationToken) =>
        WorkflowBoard.TryRead(workflowId, out _) ? await board.FindStepAsync(project, workflowId, name, cancellationToken) : null;

    private static bool TryRead(byte[] message, out string workflowId, out string step, out long fence)
    {
        (workflowId, step, fence) = ("", "", 0);
        var reader = new Utf8JsonReader(message, JsonDepth.Stored);
        var whole = JsonElement.ParseValue(ref reader);
        if (!whole.TryGetProperty("payload", out var payload) || payload.ValueKind != JsonValueKind.Object ||
            !payload.TryGetProperty("workflow_id", out var id) || id.ValueKind != JsonValueKind.String ||
            !payload.TryGetProperty("step", out var name) || name.ValueKind != JsonValueKind.String ||
            !payload.TryGetProperty("fence", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out fence))
        {
            return false;
        }

        (workflowId, step) = (id.GetString()!, name.GetString()!);
        return true;
    }
}
