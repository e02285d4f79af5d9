using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>The named definitions of projects, with their earlier revisions.</summary>
internal sealed class DefinitionBook(EntityBoard<WorkflowDefinition> definitions, IEntityStore store)
{
    internal const string ChangedType = "workflow_definition_changed";

    internal ValueTask<Entity<WorkflowDefinition>?> FindAsync(ProjectState project, string name, CancellationToken cancellationToken) =>
        definitions.FindAsync(project.Number, name, cancellationToken);

    /// <param name="revision">Null for the newest.</param>
    internal async ValueTask<Entity<WorkflowDefinition>?> FindAsync(ProjectState project, string name, int? revision, CancellationToken cancellationToken)
    {
        var newest = await FindAsync(project, name, cancellationToken);
        return newest is null || revision is null || newest.Value.Revision == revision
            ? newest
            : await definitions.FindAsync(project.Number, WorkflowKinds.OfRevision(name, revision.Value), cancellationToken);
    }

    /// <summary>The newest revisions, by name.</summary>
    internal async ValueTask<IReadOnlyList<Entity<WorkflowDefinition>>> ListAsync(ProjectState project, string? after, int max, CancellationToken cancellationToken)
    {
        var found = new List<Entity<WorkflowDefinition>>();
        var query = new EntityQuery(project.Number, WorkflowKinds.Definition.Number, max) { Prefix = "", AfterName = after };
        while (found.Count < max)
        {
            var part = await definitions.ListAsync(query, cancellationToken);
            found.AddRange(part.Where(one => !one.Row.Name!.Contains('@', StringComparison.Ordinal)));
            if (part.Count < max)
                break;
            query = query with { AfterName = part[^1].Row.Name };
        }

        return [.. found.Take(max)];
    }

    /// <summary>Creates a definition, or adds a revision to it. The previous one is kept.</summary>
    /// <param name="version">The version that it must have; null for any.</param>
    internal async ValueTask<Result<(Entity<WorkflowDefinition> Definition, bool IsNew)>> PutAsync(
        ProjectState project, int sender, WorkflowDefinition definition, long? version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var present = await FindAsync(project, definition.Name, cancellationToken);
            if (version is not null && version != present?.Version)
                return present is null ? Problems.NotFound(WorkflowRules.DefinitionNoun, definition.Name) : Problems.VersionMismatch(WorkflowRules.DefinitionNoun, definition.Name, present.Version);
            var next = definition with { Revision = (present?.Value.Revision ?? 0) + 1 };
            // The same again changes nothing.
            if (present is not null && IsSame(present.Value, next))
                return (present, false);
            var writes = new List<EntityWrite> { definitions.Write(present, Decision<WorkflowDefinition>.Put(next, ChangedType)) };
            if (present is not null)
                writes.Add(definitions.Write(null, Decision<WorkflowDefinition>.Put(present.Value, "workflow_definition_kept")) with { Name = WorkflowKinds.OfRevision(definition.Name, present.Value.Revision) });
            var outcome = await store.ApplyAsync(new Transition(project.Number, sender, writes), cancellationToken);
            if (outcome.Result == TransitionResult.Applied)
                return (definitions.Written(outcome.Rows[0], next), present is null);
            if (outcome.Result == TransitionResult.ProjectGone)
                return Problems.NotFound("project", project.Id);
        }
    }

    /// <summary>Deletes a definition with its earlier revisions. Workflows that were started from it have their own steps.</summary>
    internal async ValueTask<ApiProblem?> RemoveAsync(ProjectState project, int sender, string name, long? version, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindAsync(project, name, cancellationToken) is not { } present)
                return Problems.NotFound(WorkflowRules.DefinitionNoun, name);
            if (version is not null && version != present.Version)
                return Problems.VersionMismatch(WorkflowRules.DefinitionNoun, name, present.Version);
            var earlier = await definitions.ListAsync(
                new EntityQuery(project.Number, WorkflowKinds.Definition.Number, present.Value.Revision) { Prefix = $"{name}@" }, cancellationToken);
            var writes = earlier.Prepend(present)
                .Select(one => definitions.Write(one, Decision<WorkflowDefinition>.Remove(WorkflowKinds.Definition.RemovedType)) with { Name = one.Row.Name }).ToList();
            var outcome = await store.ApplyAsync(new Transition(project.Number, sender, writes), cancellationToken);
            if (outcome.Result == TransitionResult.Applied)
                return null;
            if (outcome.Result == TransitionResult.ProjectGone)
                return Problems.NotFound("project", project.Id);
        }
    }

    /// <summary>A definition with its steps, as a workflow needs them.</summary>
    internal async ValueTask<Result<(WorkflowDefinition Definition, IReadOnlyList<WorkflowStep> Steps)>> ReadAsync(
        ProjectState project, string name, int? revision, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, name, revision, cancellationToken) is not { } found)
            return Problems.NotFound(WorkflowRules.DefinitionNoun, revision is null ? name : System.FormattableString.Invariant($"{name} revision {revision}"));
        var validation = new Validation();
        var reading = WorkflowReading.Of(found.Value.Steps, await KnownAsync(project, found.Value.Steps, cancellationToken), validation);
        return validation.Problem is { } problem ? problem : (found.Value, reading.Steps);
    }

    /// <summary>What steps may name.</summary>
    internal async ValueTask<KnownNames> KnownAsync(ProjectState project, IReadOnlyList<WorkflowStepRequest>? steps, CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in (steps ?? []).Select(step => step?.Workflow).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (WorkflowRules.IsDefinitionName(name) && await FindAsync(project, name, cancellationToken) is not null)
                known.Add(name);
        }

        return new KnownNames(id => project.Agents.Find(id) is not null, project.Agents.All.Select(agent => agent.Id), known);
    }

    private static bool IsSame(WorkflowDefinition present, WorkflowDefinition next) =>
        Json(present).AsSpan().SequenceEqual(Json(next));

    private static byte[] Json(WorkflowDefinition definition) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        definition with { Revision = 0, CreatedBy = null, UpdatedAt = default, Version = 0 }, WireJson.Strict.WorkflowDefinition);
}
