using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.Log;

/// <summary>Adds entries that belong to no concept's own store.</summary>
internal interface ILogAppender
{
    /// <summary>Appends one entry, on disk when it returns.</summary>
    /// <param name="sender">An agent's number; 0: none.</param>
    /// <param name="json">Makes the entry's JSON from its seq and its time in Unix milliseconds.</param>
    ValueTask AppendAsync(
        int project, EntryKind kind, Audience audience, int sender, string type, Func<long, long, byte[]> json, CancellationToken cancellationToken);
}

/// <summary>Puts what admins and operators do into the project's log, for operators and observers to read. What agents do to themselves
/// is in the log already, as the change itself.</summary>
internal sealed class LogAuditTrail(ILogAppender log, ProjectDirectory projects) : IAuditTrail
{
    public ValueTask RecordAsync(Caller caller, string projectId, string action, string subject, CancellationToken cancellationToken)
    {
        // What was done to a project that is gone, or to all of them, is told in the one that stays.
        if (caller.Kind is not (TokenKind.Admin or TokenKind.Operator) || (projects.Find(projectId) ?? projects.Find(ProjectDirectory.Default)) is not { } project)
            return ValueTask.CompletedTask;
        var sender = caller.AgentId is { } id ? project.Agents.Find(id)?.Number ?? 0 : 0;
        return log.AppendAsync(
            project.Number, EntryKind.Audit, Audience.Operators, sender, action, (_, stamp) => Json(caller, action, subject, stamp), cancellationToken);
    }

    private static byte[] Json(Caller caller, string action, string subject, long stamp) => JsonObject.Write(writer =>
    {
        writer.WriteString("action"u8, action);
        writer.WriteString("subject"u8, subject);
        writer.WriteStartObject("by"u8);
        writer.WriteString("token_id"u8, caller.TokenId);
        writer.WriteString("kind"u8, WireType.WordOf(caller.Kind));
        writer.WriteString("agent_id"u8, caller.AgentId);
        writer.WriteEndObject();
        writer.WriteString("at"u8, WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(stamp)));
    });
}
