using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>The message that assigns a task to an agent.</summary>
internal static class HandOut
{
    internal const string Type = "task_assignment";

    /// <summary>Its mailbox is full, so the task was not assigned to it either.</summary>
    internal static ApiProblem Refused { get; } =
        new(ErrorCodes.MailboxFull, "The agent's mailbox is full, so the message that assigns the task could not be stored; nothing was changed.");

    /// <summary>Sent by the creator if it is an agent, so that answers go to it. Otherwise, sent by the server.</summary>
    /// <param name="task">The task as it will be after the assignment.</param>
    internal static Send Message(ProjectState project, AgentTask task, AgentState agent)
    {
        var sender = task.CreatorId is { } id && project.Agents.Find(id) is { } creator && creator != agent
            ? new Sender(creator, creator.Id, creator.Words.AsSender, Authority.Agent, "tasks", null)
            : Sender.Server;
        var draft = new SendDraft
        {
            Type = Type,
            Content = Text(task.Description is null ? task.Title : $"{task.Title}\n\n{task.Description}"),
            Payload = Payload(task),
            Priority = task.Priority,
            Intent = Intent.Request,
            TaskId = task.TaskId,
            KeepsLimits = true,
        };
        draft.To.Add(agent.Id);
        return Mailbox.Compose(project, sender, draft, agent, Guid.Parse(task.TaskId));
    }

    private static byte[] Payload(AgentTask task) => JsonFields.Write(writer =>
    {
        writer.WriteString("task_id"u8, task.TaskId);
        writer.WriteNumber("fence"u8, task.Fence);
        writer.WriteString("lease_until"u8, WireTime.ToText(task.LeaseUntil!.Value));
        writer.WriteStartObject("task"u8);
        writer.WriteString("task_id"u8, task.TaskId);
        writer.WriteString("title"u8, task.Title);
        writer.WriteString("description"u8, task.Description);
        writer.WriteNumber("priority"u8, (int)task.Priority);
        writer.WriteString("creator_id"u8, task.CreatorId);
        writer.WriteStartArray("required_capabilities"u8);
        foreach (var capability in task.RequiredCapabilities)
            writer.WriteStringValue(capability);
        writer.WriteEndArray();
        writer.WritePropertyName("requirements"u8);
        if (task.Requirements is { } requirements)
            requirements.WriteTo(writer);
        else
            writer.WriteNullValue();
        writer.WriteString("parent_task_id"u8, task.ParentTaskId);
        if (task.DueDate is { } due)
            writer.WriteString("due_date"u8, WireTime.ToText(due));
        else
            writer.WriteNull("due_date"u8);
        writer.WriteEndObject();
    });

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));
}
