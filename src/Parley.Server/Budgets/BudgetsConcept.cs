using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Budgets;

/// <summary>Operations to look at message budgets, and to set and remove them.</summary>
internal sealed class BudgetsConcept(
    BudgetDirectory directory, BudgetKeeper keeper, EntityBoard<MessageBudget> board, IBudgetStore store, MessageAccess access, IEntityStore entities, IAuditTrail audit,
    TimeProvider clock) : IConcept
{
    private static readonly string AFresh = BudgetKinds.ABudget.Replace("\"messages\": 812, \"bytes\": 90417", "\"messages\": 0, \"bytes\": 0", StringComparison.Ordinal)
        .Replace("\"left\": {\"messages\": 188", "\"left\": {\"messages\": 1000", StringComparison.Ordinal).Replace("\"warned\"", "\"open\"", StringComparison.Ordinal)
        .Replace("\"warned_at\": \"2026-01-22T13:57:00.000Z\"", "\"warned_at\": null", StringComparison.Ordinal);

    private static Input<Result<BudgetTarget>> Target { get; } = Input.Path("kind").And(Input.Path("id")).As(path => BudgetRules.Target(path.First, path.Second));

    public string Title => "Budgets";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, BudgetQuery>("ListBudgets", "List the message budgets, newest first, with what is spent and left.", Input.Query<BudgetQuery>(), ListAsync)
        {
            Details = "Agents see those of threads only if they may read the thread, so a page may have fewer than `limit`.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<MessageBudget>>(Example.PageOf(BudgetKinds.ABudget))],
        }.Rest("GET", "/budgets"),

        new Operation<ProjectContext, Result<BudgetTarget>>("GetBudget", "Get the message budget of an agent, a thread, or an execution, with what is spent and left.", Target, GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MessageBudget>(BudgetKinds.ABudget)],
        }.Rest("GET", "/budgets/{kind}/{id}"),

        new Operation<ProjectContext, (Result<BudgetTarget> Target, long? Match, BudgetRequest Body)>(
            "PutBudget", "Set or change the message budget of an agent, a thread, or an execution.",
            Target.And(Input.IfMatch).And(Input.Body<BudgetRequest>("""{"messages": 1000}""")).As(all => (all.First, all.Second, all.Third)), PutAsync)
        {
            Details = "`kind` is `agents`, `threads`, or `executions`. Messages count from when the budget is set for the first time. A change leaves what was spent as it is; "
                + "with `reset`, counting starts again at 0.",
            Allows = Permission.Oversee,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<MessageBudget>(BudgetKinds.ABudget), AnswerShape.Created<MessageBudget>(AFresh)],
        }.Rest("PUT", "/budgets/{kind}/{id}"),

        new Operation<ProjectContext, (Result<BudgetTarget> Target, long? Match)>(
            "DeleteBudget", "Remove a message budget, and forget what was spent.", Target.And(Input.IfMatch).As(all => (all.First, all.Second)), DeleteAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/budgets/{kind}/{id}"),
    ];

    private async ValueTask<Answer> ListAsync(BudgetQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var number = context.Project.Number;
        var found = await board.ListAsync(
            new EntityQuery(number, BudgetKinds.Kind.Number, query.List.Limit + 1) { Below = below, Marks = query.Marks }, context.Cancellation);
        var spent = await store.SpentAsync(number, context.Cancellation);
        var page = ListPlace.Page(
            found, query.List.Limit,
            budget => BudgetRules.Show(budget.Value, spent.TryGetValue(budget.Row.Made, out var count) ? count.In(budget.Value.Resets) : default),
            budget => budget.Row.Made);
        var readable = new List<MessageBudget>(page.Items.Count);
        foreach (var budget in page.Items)
        {
            if (await MayReadAsync(new BudgetTarget(budget.Kind, budget.Id), context))
                readable.Add(budget);
        }

        return Answer.Ok(page with { Items = readable });
    }

    private async ValueTask<Answer> GetAsync(Result<BudgetTarget> asked, ProjectContext context)
    {
        if (!asked.TryGet(out var target, out var problem))
            return problem;
        return await MayReadAsync(target, context) && await board.FindAsync(context.Project.Number, target.Name, context.Cancellation) is { } budget
            ? Answer.Ok(await ShowAsync(budget, context), budget.Version)
            : BudgetRules.NotFound(target);
    }

    private async ValueTask<Answer> PutAsync((Result<BudgetTarget> Target, long? Match, BudgetRequest Body) asked, ProjectContext context)
    {
        if (!asked.Target.TryGet(out var target, out var problem))
            return problem;
        if (BudgetRules.Check(target, asked.Body) is { } bad)
            return bad;
        var (project, caller) = (context.Project, context.Caller);
        var present = await board.FindAsync(project.Number, target.Name, context.Cancellation);
        if (present is null)
        {
            if (!await ExistsAsync(target, context))
                return BudgetRules.NoTarget(target);
            if (project.Budgets?.Count >= BudgetRules.MostBudgets)
                return Problems.Conflict($"The project already has {BudgetRules.MostBudgets} message budgets, the most that it can have.");
        }

        var spent = present is null ? default : await SpentAsync(present, context);
        if (!(await directory.ChangeAsync(
            project.Number, target.Name, caller.NumberIn(project),
            held => BudgetRules.Set(
                held, target, asked.Body, held?.Row.Made == present?.Row.Made ? spent : default, caller.AgentId ?? $"token:{caller.TokenId}", asked.Match, clock.GetUtcNow()),
            context.Cancellation)).TryGet(out var budget, out problem))
        {
            return problem;
        }

        await audit.RecordAsync(caller, project.Id, "budget.set", target.Name, context.Cancellation);
        var isNew = budget!.Row.Made == budget.Version;
        // A smaller budget may be spent already.
        await keeper.NoteAsync(project, BudgetKinds.LimitOf(budget), isRefused: false, context.Cancellation);
        if (await board.FindAsync(project.Number, target.Name, context.Cancellation) is not { } kept)
            return BudgetRules.NotFound(target);
        var shown = await ShowAsync(kept, context);
        return isNew ? Answer.Created(shown, $"/budgets/{target.Name}", kept.Version) : Answer.Ok(shown, kept.Version);
    }

    private async ValueTask<Answer> DeleteAsync((Result<BudgetTarget> Target, long? Match) asked, ProjectContext context)
    {
        if (!asked.Target.TryGet(out var target, out var problem))
            return problem;
        if ((await directory.ChangeAsync(
            context.Project.Number, target.Name, context.Caller.NumberIn(context.Project), present => BudgetRules.Remove(present, target, asked.Match), context.Cancellation)).Problem is { } refusal)
        {
            return refusal;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "budget.removed", target.Name, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<MessageBudget> ShowAsync(Entity<MessageBudget> budget, ProjectContext context) =>
        BudgetRules.Show(budget.Value, await SpentAsync(budget, context));

    private async ValueTask<BudgetSum> SpentAsync(Entity<MessageBudget> budget, ProjectContext context) =>
        await store.SpentAsync(context.Project.Number, budget.Row.Made, context.Cancellation) is { } count ? count.In(budget.Value.Resets) : default;

    private async ValueTask<bool> ExistsAsync(BudgetTarget target, ProjectContext context) => target.Kind switch
    {
        BudgetKind.Agents => context.Project.Agents.Find(target.Id) is not null,
        BudgetKind.Threads => await HasThreadAsync(target, reader: null, context),
        _ => target.Key is { } id && await entities.FindAsync(context.Project.Number, BudgetKeeper.ExecutionNumber, id, context.Cancellation) is not null,
    };

    /// <summary>A thread that a caller may not read does not exist for it.</summary>
    private async ValueTask<bool> MayReadAsync(BudgetTarget target, ProjectContext context) =>
        target.Kind != BudgetKind.Threads || context.Caller.ReaderIn(context.Project) is not { } reader || await HasThreadAsync(target, reader, context);

    private async ValueTask<bool> HasThreadAsync(BudgetTarget target, Reader? reader, ProjectContext context) =>
        target.Key is { } id && await access.FindThreadAsync(context.Project, id, reader, context.Cancellation) is not null;
}
