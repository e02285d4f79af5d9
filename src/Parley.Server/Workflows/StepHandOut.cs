using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>The messages of a workflow: those that hand out its steps, and the one that reports its end.</summary>
internal static class StepHandOut
{
    internal const string Type = "workflow_step", CompletionType = "workflow_completion";

    /// <param name="step">As it will be after it was handed out.</param>
    internal static Send Message(ProjectState project, Workflow workflow, WorkflowStep step, AgentState agent, TimeSpan timeout)
    {
        var draft = new SendDraft
        {
            Type = Type,
            Content = Text(step.Action ?? step.Step),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("workflow_id"u8, workflow.WorkflowId);
                writer.WriteString("step"u8, step.Step);
                writer.WriteString("action"u8, step.Action);
                Json(writer, "requirements"u8, step.Requirements);
                Json(writer, "input"u8, step.FilledInput);
                writer.WriteNumber("fence"u8, step.Fence);
                writer.WriteNumber("attempt"u8, step.Attempt);
                writer.WriteString("timeout_at"u8, step.TimeoutAt is { } until ? WireTime.ToText(until) : null);
                writer.WriteString("execution_id"u8, workflow.ExecutionId);
                if (step.Undoes is not null)
                    writer.WriteString("undoes"u8, step.Undoes);
            }),
            Intent = Intent.Request,
            // After that, nobody may work on it any more.
            TtlSeconds = (int)timeout.TotalSeconds,
            Execution = Guid.Parse(workflow.ExecutionId!),
            KeepsLimits = true,
        };
        draft.To.Add(agent.Id);
        return Mailbox.Compose(project, Sender.Server, draft, agent, Guid.Parse(workflow.WorkflowId));
    }

    /// <param name="workflow">As it will be when it has ended.</param>
    internal static Send Completion(ProjectState project, Workflow workflow, AgentState agent)
    {
        var name = workflow.Title ?? workflow.WorkflowType ?? workflow.WorkflowId;
        var draft = new SendDraft
        {
            Type = CompletionType,
            Content = Text(workflow.Error is null
                ? $"The workflow '{name}' is {WireType.WordOf(workflow.Status)}."
                : $"The workflow '{name}' is {WireType.WordOf(workflow.Status)}: {workflow.Error}"),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("workflow_id"u8, workflow.WorkflowId);
                writer.WriteString("status"u8, WireType.WordOf(workflow.Status));
                Json(writer, "results"u8, workflow.Results);
                writer.WriteString("error"u8, workflow.Error);
                writer.WriteString("execution_id"u8, workflow.ExecutionId);
            }),
        };
        draft.To.Add(agent.Id);
        return Mailbox.Compose(project, Sender.Server, draft, agent, Guid.Parse(workflow.WorkflowId));
    }

    private static void Json(Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement? value)
    {
        writer.WritePropertyName(name);
        if (value is { } there)
            there.WriteTo(writer);
        else
            writer.WriteNullValue();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));
}
