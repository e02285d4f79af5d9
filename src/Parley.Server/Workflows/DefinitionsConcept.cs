using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Operations to keep workflow definitions by name.</summary>
internal sealed class DefinitionsConcept(DefinitionBook definitions, IAuditTrail audit) : IConcept
{
    private const string ARequest =
        """
        {"workflow_type": "release", "title": "Build and review",
         "steps": [{"step": "build", "capability": "dotnet", "action": "Build it.", "input": {"branch": "${input/branch}"}},
                   {"step": "review", "agent": "qa-1", "action": "Review the pull request.", "depends_on": ["build"]}]}
        """;

    public string Title => "Workflow definitions";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, ListQuery>("ListWorkflowDefinitions", "List the definitions by name, each in its newest revision.", Input.Query<PlainQuery>().As(query => query.List), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<WorkflowDefinition>>(Example.PageOf(WorkflowKinds.ADefinition))],
        }.Rest("GET", "/workflows/definitions"),

        new Operation<ProjectContext, (string Name, long? Match, WorkflowRequest Body)>(
            "PutWorkflowDefinition", "Create a workflow definition, or add a revision to it.",
            Input.Path("name").And(Input.IfMatch).And(WorkflowInput.Of<WorkflowRequest>(ARequest)), PutAsync)
        {
            Details = "Workflows that are running keep the steps that they were started with. The body may also be YAML (`Content-Type: application/yaml`).",
            Allows = Permission.WriteWorkflows,
            Answers = [AnswerShape.Ok<WorkflowDefinition>(WorkflowKinds.ADefinition), AnswerShape.Created<WorkflowDefinition>(WorkflowKinds.ADefinition)],
        }.Rest("PUT", "/workflows/definitions/{name}"),

        new Operation<ProjectContext, (string Name, RevisionQuery Query)>(
            "GetWorkflowDefinition", "Get a workflow definition.", Input.Path("name").And(Input.Query<RevisionQuery>()), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<WorkflowDefinition>(WorkflowKinds.ADefinition)],
        }.Rest("GET", "/workflows/definitions/{name}"),

        new Operation<ProjectContext, (string Name, long? Match)>(
            "DeleteWorkflowDefinition", "Delete a workflow definition with all of its revisions. Workflows started from it go on.",
            Input.Path("name").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.WriteWorkflows,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/workflows/definitions/{name}"),
    ];

    private async ValueTask<Answer> ListAsync(ListQuery list, ProjectContext context)
    {
        var found = await definitions.ListAsync(context.Project, list.After, list.Limit + 1, context.Cancellation);
        return Answer.Ok(new Page<WorkflowDefinition>
        {
            Items = [.. found.Take(list.Limit).Select(one => one.Value)],
            Next = found.Count > list.Limit ? found[list.Limit - 1].Value.Name : null,
        });
    }

    private async ValueTask<Answer> PutAsync((string Name, long? Match, WorkflowRequest Body) asked, ProjectContext context)
    {
        var (name, match, body) = asked;
        if (!WorkflowRules.IsDefinitionName(name))
            return Problems.InvalidField("name", "must be 1-64 of A-Z a-z 0-9 . _ -");
        var known = await definitions.KnownAsync(context.Project, body.Steps, context.Cancellation);
        var definition = new WorkflowDefinition
        {
            Name = name,
            WorkflowType = body.WorkflowType,
            Title = body.Title,
            Participants = [.. (body.Participants ?? []).Distinct(StringComparer.Ordinal)],
            Steps = body.Steps ?? [],
            CreatedBy = context.Caller.AgentId,
        };
        var validation = WorkflowRules.Check(definition, known)
            .Check(body.Definition is null, "definition", "must be absent: this is a definition itself")
            .Check(body.Revision is null, "revision", "must be absent: the server counts the revisions")
            .Check(body.Input is null, "input", "must be absent: it comes with each workflow that is started")
            .Check(body.SquadId is null, "squad_id", "must be absent: it comes with each workflow that is started");
        WorkflowReading.Of(body.Steps, known, validation.Required("steps", body.Steps));
        if (validation.Problem is { } problem)
            return problem;
        var result = await definitions.PutAsync(context.Project, context.Caller.NumberIn(context.Project), definition, match, context.Cancellation);
        if (!result.TryGet(out var put, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "workflow.definition.changed", name, context.Cancellation);
        return put.IsNew
            ? Answer.CreatedJson(put.Definition.Shown, $"/workflows/definitions/{name}", put.Definition.Version)
            : Answer.OkJson(put.Definition.Shown, put.Definition.Version);
    }

    private async ValueTask<Answer> GetAsync((string Name, RevisionQuery Query) asked, ProjectContext context)
    {
        var found = WorkflowRules.IsDefinitionName(asked.Name)
            ? await definitions.FindAsync(context.Project, asked.Name, asked.Query.Revision, context.Cancellation)
            : null;
        return found is null ? Problems.NotFound(WorkflowRules.DefinitionNoun, asked.Name) : Answer.OkJson(found.Shown, found.Version);
    }

    private async ValueTask<Answer> DeleteAsync((string Name, long? Match) asked, ProjectContext context)
    {
        if (!WorkflowRules.IsDefinitionName(asked.Name))
            return Problems.NotFound(WorkflowRules.DefinitionNoun, asked.Name);
        if (await definitions.RemoveAsync(context.Project, context.Caller.NumberIn(context.Project), asked.Name, asked.Match, context.Cancellation) is { } problem)
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "workflow.definition.deleted", asked.Name, context.Cancellation);
        return Answer.Done;
    }

    private sealed record PlainQuery(ListQuery List) : IQuery<PlainQuery>
    {
        public static PlainQuery Read(QueryReader query) => new(query.List());
    }

    private sealed record RevisionQuery(int? Revision) : IQuery<RevisionQuery>
    {
        public static RevisionQuery Read(QueryReader query) => new(query.Long("revision", 1, "An earlier revision; the newest if absent.") is { } revision ? (int)Math.Min(revision, int.MaxValue) : null);
    }
}
