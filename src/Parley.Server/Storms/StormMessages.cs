using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Storms;

/// <summary>What the server tells people and agents about storms, in their mailboxes.</summary>
internal static class StormMessages
{
    /// <summary>To people: a storm has begun.</summary>
    internal const string AlertType = "storm";

    /// <summary>To agents: their held replies are withdrawn.</summary>
    internal const string CancelledType = "storm_cancelled";

    internal static Send Alert(ProjectState project, Storm storm, AgentState human)
    {
        var draft = new SendDraft
        {
            Type = AlertType,
            Priority = Priority.High,
            Content = Json(
                string.Create(CultureInfo.InvariantCulture, $"{Listed(storm.Agents)} answered each other {storm.Replies} times within {storm.WindowSeconds} s. ")
                + $"Their further replies in this thread are held until you decide. To see them: parley storms show {storm.StormId}. "
                + $"To deliver them: parley storms release {storm.StormId}. To withdraw them: parley storms cancel {storm.StormId}."),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("storm_id"u8, storm.StormId);
                writer.WriteStartArray("agents"u8);
                foreach (var agent in storm.Agents)
                    writer.WriteStringValue(agent);
                writer.WriteEndArray();
                writer.WriteString("thread_id"u8, storm.ThreadId);
                writer.WriteNumber("replies"u8, storm.Replies);
                writer.WriteNumber("window_seconds"u8, storm.WindowSeconds);
                writer.WriteNumber("repeated"u8, storm.Repeated);
            }),
        };
        draft.To.Add(human.Id);
        return Mailbox.Compose(project, Sender.Server, draft, human, thread: null);
    }

    /// <summary>To the sender of held replies that were withdrawn.</summary>
    /// <param name="first">The seq of the first of them.</param>
    internal static SendDraft Cancelled(Storm storm, string senderId, int replies, long first)
    {
        var draft = new SendDraft
        {
            Type = CancelledType,
            Content = Json(
                $"An operator ended the storm of {Listed(storm.Agents)}: {(replies == 1 ? "your held reply was" : string.Create(CultureInfo.InvariantCulture, $"your {replies} held replies were"))} "
                + "withdrawn and will not be delivered. Do not send them again."),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("storm_id"u8, storm.StormId);
                writer.WriteString("thread_id"u8, storm.ThreadId);
                writer.WriteNumber("replies"u8, replies);
            }),
            Thread = Guid.TryParse(storm.ThreadId, out var thread) ? thread : null,
            Intent = Intent.Inform,
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"storm_cancelled:{storm.StormId}:{senderId}:{first}"),
        };
        draft.To.Add(senderId);
        return draft;
    }

    /// <summary>What an operator tells the agents of a storm.</summary>
    /// <returns>Null if none of them exists any longer.</returns>
    internal static SendDraft? Word(ProjectState project, Storm storm, string text)
    {
        var draft = new SendDraft
        {
            // It goes first, whatever waits.
            Priority = Priority.High,
            Content = Json(text),
            ToIsArray = true,
            Thread = Guid.TryParse(storm.ThreadId, out var thread) ? thread : null,
            IdempotencyKey = $"storm_released:{storm.StormId}",
        };
        draft.To.AddRange(storm.Agents.Where(agent => project.Agents.Find(agent) is not null));
        return draft.To.Count > 0 ? draft : null;
    }

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));

    private static string Listed(IReadOnlyList<string> agents) => agents.Count switch
    {
        1 => agents[0],
        <= 4 => $"{string.Join(", ", agents.Take(agents.Count - 1))} and {agents[^1]}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", agents.Take(3))} and {agents.Count - 3} more agents"),
    };
}
