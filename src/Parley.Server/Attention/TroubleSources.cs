using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Storms;
using Parley.Server.Webhooks;

namespace Parley.Server.Attention;

/// <summary>Open questions.</summary>
internal sealed class QuestionSource(EntityBoard<Question> questions) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.Question;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, QuestionKinds.Question.Number, AttentionFindings.Most + 1)
        {
            Marks = [QuestionKinds.Mark(QuestionStatus.Open)],
            OldestFirst = true,
        };
        return AttentionFindings.Of(await questions.ListAsync(query, cancellationToken), question => AttentionJudge.Question(question.Value));
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == QuestionKinds.Question.Entry;
}

/// <summary>Open storms, with how many replies each holds.</summary>
internal sealed class StormSource(StormBoard board, IHeldMessages held) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.Storm;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, StormKind.Kind.Number, AttentionFindings.Most + 1) { Marks = [StormKind.Mark(StormStatus.Open)], OldestFirst = true };
        var storms = await board.ListAsync(query, cancellationToken);
        if (storms.Count == 0)
            return new AttentionFindings([], 0);
        var counts = (await held.HeldCountsAsync(cancellationToken)).Where(count => count.Project == project.Number).ToDictionary(count => count.Storm, count => count.Messages);
        return AttentionFindings.Of(storms, storm => AttentionJudge.Storm(storm.Value, counts.GetValueOrDefault(storm.Row.Made))) with
        {
            LookAgainAt = now + AttentionFindings.Pause,
        };
    }

    public bool DependsOn(LogEntry entry, ProjectState project) =>
        entry.Kind == StormKind.Kind.Entry || entry.Kind is EntryKind.Release or EntryKind.Expiry
        || (entry.Kind == EntryKind.Message && (entry.Audience & Audience.Withheld) != 0);
}

/// <summary>Dead letters, by agent and reason.</summary>
internal sealed class DeadLetterSource(IMailboxCounts counts, IDeliveryHistory history) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.DeadLetters;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // People's mail can die too. How many dead letters each mailbox has is known without a look at them.
        var agents = project.Agents.All.ToDictionary(agent => agent.Number);
        var held = await counts.CountsAsync(agents.Keys, cancellationToken);
        var again = now + AttentionFindings.Pause;
        if (!held.Values.Any(mailbox => mailbox.Dead > 0))
            return new AttentionFindings([], agents.Count) { LookAgainAt = again };
        var groups = await history.DeadLetterGroupsAsync(new DeadLetterSelection(project.Number), AttentionFindings.Most + 1, cancellationToken);
        var found = AttentionFindings.Of(groups, group => agents.TryGetValue(group.Agent, out var agent) ? AttentionJudge.Dead(agent.Id, agent.IsOnline, group) : null);
        return found with { LookedAt = agents.Count, LookAgainAt = again };
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind is EntryKind.Death or EntryKind.Agent or EntryKind.Audit or EntryKind.Deletion;
}

/// <summary>Webhooks that are paused.</summary>
internal sealed class WebhookSource(EntityBoard<Webhook> webhooks) : IAttentionSource
{
    public AttentionKind Kind => AttentionKind.WebhookPaused;

    public async ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, WebhooksConcept.Kind.Number, AttentionFindings.Most + 1);
        return AttentionFindings.Of(
            await webhooks.ListAsync(query, cancellationToken),
            webhook => AttentionJudge.Paused(webhook.Value, DateTimeOffset.FromUnixTimeMilliseconds(webhook.Row.ChangedAt)));
    }

    public bool DependsOn(LogEntry entry, ProjectState project) => entry.Kind == WebhooksConcept.Kind.Entry;
}
