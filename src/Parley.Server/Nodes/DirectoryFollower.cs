using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Routing;
using Parley.Server.Schemas;
using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Squads;
using Parley.Server.Storms;
using Parley.Server.Webhooks;

namespace Parley.Server.Nodes;

/// <summary>Keeps the in-memory directories up to date with changes by other nodes.</summary>
internal sealed class DirectoryFollower(
    INodeStore store, ProjectDirectory projects, AgentDirectory agents, SquadDirectory squads, SchemaDirectory schemas, RuleDirectory routing, WebhookDirectory webhooks,
    OpenQuestions questions, StormDirectory storms, BudgetDirectory budgets, TokenVault tokens, SessionDirectory sessions)
{
    private readonly Lock _gate = new();
    private long _revision;
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>One read may serve many callers: those that arrive during a read share the next one, which sees everything up to then.</summary>
    internal ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_running.IsCompleted)
                return new((_running = LookAsync()).WaitAsync(cancellationToken));
            _next ??= NextAsync(_running);
            return new(_next.WaitAsync(cancellationToken));
        }
    }

    private async Task NextAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task look;
        lock (_gate)
        {
            _next = null;
            look = _running = LookAsync();
        }

        await look;
    }

    private async Task LookAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var changes = await store.ChangesAsync(_revision, CancellationToken.None);
        // In this order, because agents belong to projects, squads refer to agents, and tokens refer to both.
        foreach (var project in changes.Projects)
            projects.Follow(project);
        foreach (var agent in changes.Agents)
            agents.Follow(agent);
        foreach (var squad in changes.Squads)
            squads.Follow(squad);
        foreach (var schema in changes.Schemas)
            schemas.Follow(schema);
        foreach (var rules in changes.RoutingRules)
            routing.Follow(rules);
        foreach (var question in changes.Questions)
            questions.Follow(question);
        foreach (var storm in changes.Storms)
            storms.Follow(storm);
        foreach (var budget in changes.Budgets)
            budgets.Follow(budget);
        foreach (var webhook in changes.Webhooks)
            webhooks.Follow(webhook);
        foreach (var token in changes.Tokens)
            tokens.Follow(token);
        foreach (var session in changes.EndedSessions)
            sessions.HearEnd(session);
        foreach (var (project, id) in changes.GoneSquads)
            squads.Forget(project, id);
        foreach (var (project, type) in changes.GoneSchemas)
            schemas.Forget(project, type);
        foreach (var (project, name) in changes.GoneBudgets)
            budgets.Forget(project, name);
        foreach (var (project, made) in changes.GoneWebhooks)
            webhooks.Forget(project, made);
        foreach (var (project, agent) in changes.GoneAgents)
            agents.Forget(project, agent);
        foreach (var project in changes.GoneProjects)
            projects.Forget(project);
        _revision = changes.Revision;
    }
}
