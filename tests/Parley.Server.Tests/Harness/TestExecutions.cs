using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>Executions on a provider's stores, without a server: begun and changed by their rules.</summary>
internal sealed class TestExecutions(StoreScope store)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal EntityBoard<Execution> Board => new(ExecutionKind.Kind, store.Service<IEntityStore>());

    private int Project => store.Project.Number;

    internal async Task<Entity<Execution>> BeginAsync(string? title = null, string? squad = null, string? maker = null) =>
        (await Board.AddAsync(
            Project, maker is null ? 0 : store.Agent(maker).Number, ExecutionRules.Begin(new ExecutionRequest { Title = title, SquadId = squad }, maker), Cancel)).Value;

    internal Task<ApiProblem?> ChangeAsync(Entity<Execution> execution, ExecutionPatch patch, int sender = 0) =>
        DecideAsync(execution, present => ExecutionRules.Change(present, patch), sender);

    internal Task<ApiProblem?> LineAsync(Entity<Execution> execution, string text, string level = "info", int sender = 0) =>
        DecideAsync(execution, present => ExecutionRules.AddLine(present, level, text), sender);

    internal Task<ApiProblem?> EndAsync(Entity<Execution> execution, ExecutionStatus status = ExecutionStatus.Completed, ExecutionEnd? end = null, int sender = 0) =>
        DecideAsync(execution, present => ExecutionRules.End(present, status, end), sender);

    internal ValueTask<Entity<Execution>?> FindAsync(Entity<Execution> execution) => Board.FindAsync(Project, execution.Row.Id, Cancel);

    /// <summary>The newest lines, oldest first.</summary>
    internal async Task<IReadOnlyList<ExecutionLog>> LinesAsync(Entity<Execution> execution, int most = 100) =>
        [.. (await Board.HistoryAsync(execution, ExecutionRules.LineType, most, Cancel)).SelectMany(entry => JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Execution)!.Logs).Reverse()];

    private async Task<ApiProblem?> DecideAsync(Entity<Execution> execution, Func<Execution, Decision<Execution>> change, int sender) =>
        (await Board.ChangeAsync(
            Project, execution.Row.Id, sender,
            present => present is null ? Decision<Execution>.Refuse(Problems.NotFound("execution", execution.Value.ExecutionId))
                : ExecutionRules.IsOver(present.Value) ? Decision<Execution>.Refuse(Problems.ExecutionEnded(execution.Value.ExecutionId))
                : change(present.Value),
            Cancel)).Problem;
}
