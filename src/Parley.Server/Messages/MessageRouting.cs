using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Applies a project's routing rules to sends, and resolves their addresses.</summary>
internal sealed class MessageRouting(Addressing addressing, RuleDirectory rules)
{
    /// <summary>The type of a message that a person has to see.</summary>
    internal const string HumanIntervention = "human_intervention_required";

    /// <summary>What the project's rules do to a send; null if no rule matches. What the server itself sends is never touched.</summary>
    internal RuleEffect? EffectOn(ProjectState project, Sender sender, SendDraft draft) =>
        rules.Of(project.Number) is { } book && sender.Authority != Authority.System ? book.Evaluate(Seen(sender, draft)) : null;

    /// <summary>A send as rules see it.</summary>
    internal static RuledMessage Seen(Sender sender, SendDraft draft) =>
        new(draft.Type, sender.Id, sender.Agent?.Record.Role, draft.To, draft.Content, draft.Metadata);

    /// <summary>The recipients of a send, after the rules have changed the draft.</summary>
    /// <param name="effect">What the rules do; null for nothing.</param>
    /// <param name="onlyLook">True if nothing is sent.</param>
    internal async ValueTask<Result<Recipients>> ResolveAsync(
        ProjectState project, Sender sender, SendDraft draft, RuleEffect? effect, bool onlyLook, CancellationToken cancellationToken)
    {
        if (effect is null)
            return await addressing.ResolveAsync(project, draft.To, draft.Narrowed, sender.Number, cancellationToken, onlyLook);

        // The same send must have the same fingerprint after the rules have changed.
        if (draft.IdempotencyKey is not null)
            draft.Print ??= SendFingerprint.Of(draft, sender.Id);
        var before = draft.Priority;
        if (effect.Priority > before)
            draft.Priority = effect.Priority.Value;
        if (effect.AddsMetadata)
            draft.Metadata = effect.Metadata(draft.Metadata);

        var (moved, notMoved) = await MoveAsync(project, sender, draft, effect, onlyLook, cancellationToken);
        var resolved = moved ?? await addressing.ResolveAsync(project, draft.To, draft.Narrowed, sender.Number, cancellationToken, onlyLook);
        if (!resolved.TryGet(out var recipients, out var problem))
            return problem;
        var lines = string.Join('\n', effect.Lines(before, notMoved));
        return recipients with { Routing = recipients.Routing is null ? lines : $"{lines}\n{recipients.Routing}" };
    }

    /// <summary>Also sends a message that a person has to see to the operators' inbox. A sender that needs a person may not know how to reach people
    /// here.</summary>
    internal static void AddPeople(SendDraft draft, Sender sender)
    {
        if (draft.Type != HumanIntervention || sender.Id == AgentDirectory.Human || draft.To.Contains(AgentDirectory.Human))
            return;
        draft.To.Add(AgentDirectory.Human);
        draft.ToIsArray = true;
    }

    /// <summary>Addresses the draft to where a rule sends it, unless that leads to nobody: no rule may lose a message, or make a sender's valid send
    /// fail.</summary>
    /// <returns>The recipients, or why it was not moved; neither if no rule has an address.</returns>
    private async ValueTask<(Result<Recipients>? Moved, string? NotMoved)> MoveAsync(
        ProjectState project, Sender sender, SendDraft draft, RuleEffect effect, bool onlyLook, CancellationToken cancellationToken)
    {
        if (effect.Mover is not { To: { } to })
            return default;
        // Whoever asked waits for the reply.
        if (draft.ReplyTo is not null)
            return (null, "it is a reply");

        var (asked, isArray, narrowed) = (draft.To, draft.ToIsArray, draft.Narrowed);
        draft.MoveTo(to, to.Count > 1, narrowed: null);
        AddPeople(draft, sender);
        var resolved = await addressing.ResolveAsync(project, draft.To, null, sender.Number, cancellationToken, onlyLook);
        if (resolved.Problem is null && resolved.Value.Agents.Any(agent => agent.Number != sender.Number))
            return (resolved, null);
        draft.MoveTo(asked, isArray, narrowed);
        return (null, resolved.Problem?.Code switch
        {
            null => resolved.Value.Agents.Count > 0 ? "it leads only to the sender" : "nobody else is there",
            ErrorCodes.NoCapableAgent => "no other agent has this capability",
            _ => "there is no such recipient",
        });
    }
}
