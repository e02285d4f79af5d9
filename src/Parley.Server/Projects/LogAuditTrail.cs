using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>Records what admins and operators do in the project's log, for operators and observers to read. What agents do to themselves is already
/// in the log as the change itself.</summary>
internal sealed class LogAuditTrail(ILogAppender log, ProjectDirectory projects, ITokenSubjects subjects) : IAuditTrail
{
    public ValueTask RecordAsync(Caller caller, string projectId, string action, string subject, CancellationToken cancellationToken)
    {
        // What was done to a deleted project, or to all projects, is recorded in the default project, which always exists.
        if (caller.Kind is not (TokenKind.Admin or TokenKind.Operator) || (projects.Find(projectId) ?? projects.Find(ProjectDirectory.Default)) is not { } project)
            return ValueTask.CompletedTask;
        var sender = caller.AgentId is { } id ? subjects.NumberOf(project.Id, id) : 0;
        return log.AppendAsync(
            project.Number, [new NewEntry(EntryKind.Audit, Audience.Operators, sender, action, (_, stamp) => Json(caller, action, subject, stamp))], cancellationToken);
    }

    private static byte[] Json(Caller caller, string action, string subject, long stamp) => JsonFields.Write(writer =>
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
