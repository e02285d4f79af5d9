using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>What can be done to a message after it was sent: delete it, react to it.</summary>
internal sealed class MessageChangesConcept(ActorResolver actors, MessageAccess access, IMessageStore store, IAuditTrail audit, EntryRate rate) : IConcept
{
    public string Title => "Messages";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, string>(
            "DeleteMessage", "Delete a message's content, and withdraw the deliveries that nobody has taken yet.", Input.Path("message_id"), DeleteAsync)
        {
            Allows = Permission.DeleteMessage,
            Own = "messages that it sent",
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/messages/{message_id}"),

        Reaction("AddReaction", "React to a message.", "PUT", remove: false),
        Reaction("RemoveReaction", "Remove a reaction.", "DELETE", remove: true),
    ];

    private Operation Reaction(string name, string summary, string method, bool remove) => new Operation<ProjectContext, ReactionOrder>(
        name, summary,
        Input.Path("message_id").And(Input.Path("emoji")).And(Input.Query<SettlerQuery>()).As(
            asked => new ReactionOrder(asked.First, asked.Second, remove, asked.Third.AgentId)),
        ReactAsync)
    {
        Allows = Permission.Send,
        Own = "its own reactions",
        Answers = [AnswerShape.Done],
    }.Rest(method, "/messages/{message_id}/reactions/{emoji}");

    private async ValueTask<Answer> DeleteAsync(string messageId, ProjectContext context)
    {
        var project = context.Project;
        var reader = context.Caller.ReaderIn(project);
        if (!Guid.TryParseExact(messageId, "D", out var id) || await access.FindAsync(project, id, reader, context.Cancellation) is not { } message)
            return Problems.NotFound("message", messageId);
        if (reader is not null && message.Sender != reader.Agent)
            return Problems.Forbidden("Only the sender of a message may delete it.");
        if (await store.DeleteAsync(project.Number, message.Seq, context.Cancellation) && reader is null)
            await audit.RecordAsync(context.Caller, project.Id, "message.deleted", messageId, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> ReactAsync(ReactionOrder order, ProjectContext context)
    {
        var project = context.Project;
        if (!(await actors.FindActorAsync(context.Caller, project, order.AgentId, context.Cancellation)).TryGet(out var agent, out var problem))
            return problem;
        if (!IsEmoji(order.Emoji))
            return Problems.InvalidField("emoji", "must be one emoji, or a word of up to 32 characters such as thumbs_up");
        if (!Guid.TryParseExact(order.MessageId, "D", out var id) ||
            await access.FindAsync(project, id, context.Caller.ReaderIn(project), context.Cancellation) is not { } message)
        {
            return Problems.NotFound("message", order.MessageId);
        }

        if (rate.Refusal(project, context.Caller) is { } tooFast)
            return tooFast;
        await store.ReactAsync(project.Number, message, order.Emoji, agent.Id, order.Remove, context.Cancellation);
        return Answer.Done;
    }

    private static bool IsEmoji(string emoji) =>
        emoji.Length is > 0 and <= 32 && !emoji.Any(char.IsControl) && !emoji.Any(char.IsWhiteSpace) && new Validation().DisplayText("emoji", emoji).IsGood &&
        new StringInfo(emoji) is { LengthInTextElements: var elements } && (elements == 1 || emoji.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '+' or '-'));

    private sealed record ReactionOrder(string MessageId, string Emoji, bool Remove, string? AgentId);
}
