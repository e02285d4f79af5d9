using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Validates requests about workflows, and makes workflows and definitions.</summary>
internal static class WorkflowRules
{
    internal const string Noun = "workflow", DefinitionNoun = "workflow definition", StepNoun = "step";

    internal const int LargestResult = 256 * 1024, LargestInput = 64 * 1024, LongestError = 16 * 1024;

    private const int MostParticipants = 200;

    /// <summary>How deep workflows may be the steps of others.</summary>
    internal const int Deepest = 8;

    internal static Validation Check(WorkflowRequest request, KnownNames known)
    {
        var validation = new Validation()
            .DisplayText("workflow_type", request.WorkflowType)
            .DisplayText("title", request.Title)
            .SquadId("squad_id", request.SquadId)
            .Check(request.Definition is null || IsDefinitionName(request.Definition), "definition", "must be 1-64 of A-Z a-z 0-9 . _ -")
            .Check(request.Revision is null || request.Definition is not null, "revision", "must be absent: only a definition has revisions")
            .Range("revision", request.Revision, 1, int.MaxValue)
            .Check(request.Definition is null || request.Steps is null, "steps", "must be absent: the steps of the definition are used")
            .Check(request.Definition is null || request.Participants is null, "participants", "must be absent: the definition names them");
        CheckInput(validation, request.Input);
        CheckParticipants(validation, request.Participants, known);
        return validation;
    }

    internal static Validation Check(WorkflowDefinition definition, KnownNames known)
    {
        var validation = new Validation().DisplayText("workflow_type", definition.WorkflowType).DisplayText("title", definition.Title);
        CheckParticipants(validation, definition.Participants, known);
        return validation;
    }

    internal static ApiProblem? Check(StepVerb verb, WorkflowStepMove move) => new Validation()
        .Check(move.Result is null || verb == StepVerb.Complete, "result", "must be absent: only a completed step has one")
        .Check(move.Error is null || verb == StepVerb.Fail, "error", "must be absent: only a failed step has one")
        .Check(verb != StepVerb.Fail || !string.IsNullOrEmpty(move.Error), "error", "is missing: say why it failed")
        .Length("error", move.Error, LongestError)
        .Range("fence", move.Fence, 0, long.MaxValue)
        .Problem ?? Sized("The result", move.Result, LargestResult);

    internal static ApiProblem? Check(WorkflowEnd end) => new Validation().Length("reason", end.Reason, LongestError).Problem;

    /// <param name="steps">As they were read, without the id of the workflow.</param>
    internal static Workflow Create(WorkflowRequest request, WorkflowDefinition? definition, IReadOnlyList<WorkflowStep> steps, string? createdBy) => new()
    {
        WorkflowId = "",
        WorkflowType = request.WorkflowType ?? definition?.WorkflowType,
        Title = request.Title ?? definition?.Title,
        Definition = definition?.Name,
        Revision = definition?.Revision,
        Participants = definition?.Participants ?? [.. (request.Participants ?? []).Distinct(StringComparer.Ordinal)],
        Status = WorkflowStatus.Running,
        Steps = steps,
        Progress = new WorkflowProgress { Total = steps.Count },
        Input = Said(request.Input),
        SquadId = request.SquadId,
        CreatedBy = createdBy,
    };

    /// <summary>The workflow that does a step of another.</summary>
    internal static Workflow CreateChild(Workflow parent, WorkflowStep step, WorkflowDefinition definition, IReadOnlyList<WorkflowStep> steps) =>
        Create(new WorkflowRequest { Input = step.FilledInput, SquadId = parent.SquadId }, definition, steps, parent.CreatedBy) with
        {
            ParentWorkflowId = parent.WorkflowId,
            ParentStep = step.Step,
            ParentFence = step.Fence,
        };

    /// <summary>Steps with what each of them waits for.</summary>
    internal static IReadOnlyList<WorkflowStep> Waiting(IReadOnlyList<WorkflowStep> steps)
    {
        var over = steps.Where(step => StepMoves.IsOver(step.Status)).Select(step => step.Step).ToHashSet(StringComparer.Ordinal);
        return [.. steps.Select(step => step with { WaitsFor = step.Status == WorkflowStepStatus.Waiting ? [.. step.DependsOn.Where(name => !over.Contains(name))] : [] })];
    }

    /// <summary>The steps that undo what was completed: one after the other, the last one first.</summary>
    internal static IReadOnlyList<WorkflowStep> Undo(IReadOnlyList<WorkflowStep> steps, int next)
    {
        var undone = steps
            .Where(step => step is { Status: WorkflowStepStatus.Completed, Compensate: not null, Undoes: null })
            .OrderByDescending(step => step.EndedAt).ThenByDescending(step => step.Position).ToList();
        var undoing = new List<WorkflowStep>();
        foreach (var step in undone)
        {
            undoing.Add(new WorkflowStep
            {
                StepId = "",
                WorkflowId = step.WorkflowId,
                Step = $"undo:{step.Step}",
                Position = next + undoing.Count,
                // Who did it knows best how to undo it. If that was chosen by its capability, another may do it when it is gone.
                Agent = step.Agent ?? (step.Capability is null && step.Person is null ? step.AgentId : null),
                Capability = step.Capability,
                Person = step.Person ?? (step.Workflow is not null ? Security.Caller.Human : null),
                Action = step.Compensate,
                FilledInput = step.Result,
                Requirements = step.Requirements,
                DependsOn = undoing.Count == 0 ? [] : [undoing[^1].Step],
                TimeoutSeconds = step.TimeoutSeconds,
                Retries = step.Retries,
                RetriesLeft = step.Retries?.Max ?? 0,
                OnFailure = FailurePolicy.Continue,
                Undoes = step.Step,
            });
        }

        return undoing;
    }

    /// <summary>The results of the completed steps by name, without the largest if they are too many.</summary>
    internal static JsonElement Results(IEnumerable<WorkflowStep> steps)
    {
        var results = steps.Where(step => step is { Status: WorkflowStepStatus.Completed, Undoes: null, Result: not null })
            .Select(step => (step.Step, Result: step.Result!.Value, Size: step.Result.Value.GetRawText().Length + step.Step.Length)).ToList();
        var total = results.Sum(result => result.Size);
        foreach (var large in results.OrderByDescending(result => result.Size).ToList())
        {
            if (total <= LargestResult)
                break;
            total -= large.Size;
            results.Remove(large);
        }

        return JsonElement.Parse(JsonFields.Write(writer =>
        {
            foreach (var (step, result, _) in results)
            {
                writer.WritePropertyName(step);
                result.WriteTo(writer);
            }
        }));
    }

    internal static bool IsDefinitionName(string name) => WireNames.IsProjectId(name);

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    private static void CheckParticipants(Validation validation, IReadOnlyList<string>? participants, KnownNames known)
    {
        validation.Check(participants is null || participants.Count <= MostParticipants, "participants", $"has more than {MostParticipants} items");
        for (var i = 0; i < participants?.Count && i < MostParticipants; i++)
        {
            var field = System.FormattableString.Invariant($"participants[{i}]");
            if (participants[i] is { } id && id != Security.Caller.Human && !known.HasAgent(id))
                validation.Fail(field, $"there is no agent '{Problems.Shown(id)}'{known.Suggestion(id, known.Agents)}");
        }
    }

    private static void CheckInput(Validation validation, JsonElement? input) => validation.Check(
        input is not { ValueKind: not JsonValueKind.Undefined } said || said.GetRawText().Length <= LargestInput, "input", $"is larger than {LargestInput} bytes");

    private static ApiProblem? Sized(string what, JsonElement? value, int most) =>
        value is { ValueKind: not JsonValueKind.Undefined } said && JsonSerializer.SerializeToUtf8Bytes(said, WireJson.Lenient.JsonElement).Length > most
            ? Problems.TooLarge(what, most)
            : null;

    private static JsonElement? Said(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } said ? said : null;
}
