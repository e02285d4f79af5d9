using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>What is done to a message that was sent, over REST: deleted, reacted to.</summary>
internal static class MessageChangeEndpoints
{
    public static void MapMessageChanges(this IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/messages").WithTags("Messages");
        messages.MapDelete("/{message_id}", DeleteAsync).WithName("DeleteMessage").WithSummary("Remove a message's content and withdraw what nobody has taken yet.")
            .Allow(Permission.DeleteMessage).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound);
        messages.MapPut("/{message_id}/reactions/{emoji}", ReactAsync).WithName("AddReaction").WithSummary("React to a message.")
            .Allow(Permission.Send).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound);
        messages.MapDelete("/{message_id}/reactions/{emoji}", UnreactAsync).WithName("RemoveReaction").WithSummary("Take a reaction back.")
            .Allow(Permission.Send).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound);
    }

    private static async Task<IResult> DeleteAsync(
        string message_id, Caller caller, Scope scope, ProjectDirectory projects, MessageAccess access, IMessageStore store, IAuditTrail audit,
        CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var reader = caller.ReaderIn(project);
        if (!Guid.TryParseExact(message_id, "D", out var id) || await access.FindAsync(project, id, reader, cancellationToken) is not { } message)
            return Problems.NotFound("message", message_id);
        if (reader is not null && message.Sender != reader.Agent)
            return Problems.Forbidden("Only its sender may delete a message.");
        if (await store.DeleteAsync(project.Number, message.Seq, cancellationToken) && reader is null)
            await audit.RecordAsync(caller, project.Id, "message.deleted", message_id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<IResult> ReactAsync(
        string message_id, string emoji, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, MessageAccess access, IMessageStore store, CancellationToken cancellationToken) =>
        ApplyAsync(message_id, emoji, remove: false, query.Value, caller, scope, owners, access, store, cancellationToken);

    private static Task<IResult> UnreactAsync(
        string message_id, string emoji, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, MessageAccess access, IMessageStore store, CancellationToken cancellationToken) =>
        ApplyAsync(message_id, emoji, remove: true, query.Value, caller, scope, owners, access, store, cancellationToken);

    private static async Task<IResult> ApplyAsync(
        string messageId, string emoji, bool remove, SettlerQuery query, Caller caller, Scope scope, ActorResolver owners, MessageAccess access, IMessageStore store,
        CancellationToken cancellationToken)
    {
        var (project, agent, problem) = await owners.FindActorAsync(caller, scope, query.AgentId, cancellationToken);
        if (problem is not null)
            return problem;
        if (!IsEmoji(emoji))
            return Problems.InvalidField("emoji", "must be one emoji, or a word of up to 32 characters such as thumbs_up");
        if (!Guid.TryParseExact(messageId, "D", out var id) ||
            await access.FindAsync(project!, id, caller.ReaderIn(project!), cancellationToken) is not { } message)
        {
            return Problems.NotFound("message", messageId);
        }

        await store.ReactAsync(project!.Number, message, emoji, agent!.Id, remove, cancellationToken);
        return TypedResults.NoContent();
    }

    private static bool IsEmoji(string emoji) =>
        emoji.Length is > 0 and <= 32 && !emoji.Any(char.IsControl) && !emoji.Any(char.IsWhiteSpace) && new Validation().DisplayText("emoji", emoji).IsGood &&
        new StringInfo(emoji) is { LengthInTextElements: var elements } && (elements == 1 || emoji.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '+' or '-'));
}
