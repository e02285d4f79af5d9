using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Budgets;

/// <summary>The rules of message budgets: what may be set, and when people are told.</summary>
internal static class BudgetRules
{
    /// <summary>Budgets are in memory.</summary>
    internal const int MostBudgets = 10_000;

    private const string Noun = "budget";

    /// <summary>The largest number that a double has exactly, because clients read numbers as such.</summary>
    private const long MostOfAny = (1L << 53) - 1;

    /// <summary>Reads the path of a budget.</summary>
    internal static Result<BudgetTarget> Target(string kind, string id)
    {
        if (WireType.Find<BudgetKind>(kind) is not { } read)
            return Problems.InvalidField("kind", $"is '{Problems.Shown(kind)}'; expected one of {string.Join(", ", WireType.WordsOf(typeof(BudgetKind)))}");
        return new BudgetTarget(read, id);
    }

    internal static ApiProblem? Check(BudgetTarget target, BudgetRequest request) => new Validation()
        .Check(target != new BudgetTarget(BudgetKind.Agents, AgentDirectory.Human), "id", "is 'human': people have no budget, because they must always be able to speak")
        .Check(request.Messages is not null || request.Bytes is not null, "messages", "is missing, and so is bytes: give at least one")
        .Check(request.Messages is null or (>= 1 and <= MostOfAny), "messages", $"is {request.Messages}; expected 1 to {MostOfAny}")
        .Check(request.Bytes is null or (>= 1 and <= MostOfAny), "bytes", $"is {request.Bytes}; expected 1 to {MostOfAny}")
        .Problem;

    /// <summary>Sets a budget. What was spent stays spent, unless it is reset. To set what is already set changes nothing.</summary>
    /// <param name="version">The version that it must have; null for any.</param>
    internal static Decision<MessageBudget> Set(
        Entity<MessageBudget>? present, BudgetTarget target, BudgetRequest request, BudgetSum spent, string by, long? version, DateTimeOffset now)
    {
        if (version is not null && version != (present?.Version ?? 0))
            return Decision<MessageBudget>.Refuse(Problems.VersionMismatch(Noun, target.Name, present?.Version ?? 0));
        var resets = request.Reset == true;
        if (present is { } set && !resets && (set.Value.Messages, set.Value.Bytes) == (request.Messages, request.Bytes))
            return Decision<MessageBudget>.Keep;
        var starts = present is null || resets;
        var budget = new MessageBudget
        {
            Kind = target.Kind,
            Id = target.Id,
            Messages = request.Messages,
            Bytes = request.Bytes,
            Since = starts ? now : present!.Value.Since,
            Resets = present is null ? 0 : present.Value.Resets + (resets ? 1 : 0),
            SetBy = by,
        };
        return Decision<MessageBudget>.Put(Show(budget, starts ? default : spent), BudgetKinds.SetType);
    }

    /// <inheritdoc cref="Set"/>
    internal static Decision<MessageBudget> Remove(Entity<MessageBudget>? present, BudgetTarget target, long? version)
    {
        if (present is null)
            return Decision<MessageBudget>.Refuse(NotFound(target));
        return version is not null && version != present.Version
            ? Decision<MessageBudget>.Refuse(Problems.VersionMismatch(Noun, target.Name, present.Version))
            : Decision<MessageBudget>.Remove(BudgetKinds.RemovedType);
    }

    /// <summary>Notes how far a budget is spent: each status once, first the warning.</summary>
    /// <param name="isRefused">Whether it did not suffice for a message.</param>
    internal static Decision<MessageBudget> Note(MessageBudget present, BudgetLimit limit, BudgetSum spent, bool isRefused, DateTimeOffset now)
    {
        var status = isRefused ? BudgetStatus.Spent : limit.StatusAt(spent);
        if (present.WarnedAt is null && limit.StatusAt(spent) >= BudgetStatus.Warned)
            return Decision<MessageBudget>.Put(Show(present with { Status = BudgetStatus.Warned, WarnedAt = now }, spent), BudgetKinds.WarningType);
        return present.SpentAt is null && status == BudgetStatus.Spent
            ? Decision<MessageBudget>.Put(Show(present with { Status = BudgetStatus.Spent, SpentAt = now }, spent), BudgetKinds.SpentType)
            : Decision<MessageBudget>.Keep;
    }

    /// <summary>A budget with what was spent of it.</summary>
    internal static MessageBudget Show(MessageBudget budget, BudgetSum spent) => budget with
    {
        Spent = new BudgetAmount { Messages = spent.Messages, Bytes = spent.Bytes },
        Left = new BudgetRest { Messages = Left(budget.Messages, spent.Messages), Bytes = Left(budget.Bytes, spent.Bytes) },
    };

    internal static ApiProblem NotFound(BudgetTarget target) => Problems.NotFound(Noun, target.Name);

    /// <summary>What the budget would be for does not exist.</summary>
    internal static ApiProblem NoTarget(BudgetTarget target) => Problems.NotFound(BudgetLimit.NounOf(target.Kind), target.Id);

    private static long? Left(long? limit, long spent) => limit is { } most ? Math.Max(0, most - spent) : null;
}

/// <summary>What a budget is for.</summary>
internal readonly record struct BudgetTarget(BudgetKind Kind, string Id)
{
    internal string Name => BudgetKinds.NameOf(Kind, Id);

    /// <summary>The id of a thread or an execution; null if there can be none with this id.</summary>
    internal Guid? Key => WireNames.IsUuid(Id) ? Guid.Parse(Id) : null;
}
