using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Tasks;
using Parley.Server.Wire;

namespace Parley.Server.Questions;

/// <summary>A message of an agent which says that a person is needed is a question without options. Both are stored in the same commit.</summary>
internal sealed class QuestionInterventions(QuestionBoard board, TaskBoard tasks, TimeProvider clock) : ISendCompanion
{
    /// <summary>As much of a message as a question can have.</summary>
    private const int LongestText = 16_384;

    public async ValueTask<SendCompanion?> JoinAsync(
        ProjectState project, Sender sender, SendDraft draft, LogEntry? answered, bool isAddressed, CancellationToken cancellationToken)
    {
        if (draft.Type != MessageRouting.HumanIntervention || sender is not { Agent: { } agent, Authority: Authority.Agent } || agent.Id == AgentDirectory.Human ||
            !draft.To.Contains(AgentDirectory.Human))
        {
            return null;
        }

        var text = draft.Content.IsEmpty ? Encoding.UTF8.GetString(draft.Payload.Span) : JsonSerializer.Deserialize(draft.Content.Span, WireJson.Strict.String)!;
        // A message may name anything as its task.
        var isAboutTask = draft.TaskId is { } task && await tasks.FindAsync(project, task, cancellationToken) is { } found && !TaskMoves.IsOver(found.Value.Status);
        var request = new QuestionRequest { Content = Shortest(text), TaskId = isAboutTask ? draft.TaskId : null, ExecutionId = draft.Execution?.ToString() };
        var question = QuestionRules.Create(request, board.NewId(), agent.Id, clock.GetUtcNow());
        return new SendCompanion(board.Write(question)) { Stored = async (row, message) => await board.PlaceAsync(project, row, message) };
    }

    /// <summary>The question in such a message.</summary>
    internal static string TextOf(LogEntry message)
    {
        var whole = MessageJsonReader.Message(message);
        return Shortest(whole.Content ?? whole.Payload?.GetRawText() ?? "");
    }

    private static string Shortest(string text) => text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
}
