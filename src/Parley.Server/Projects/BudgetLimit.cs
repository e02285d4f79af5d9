using System.Globalization;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>A message budget, as each send sees it.</summary>
/// <param name="Made">The seq of the entry that created it.</param>
/// <param name="Version">The seq of its last change.</param>
/// <param name="Round">How often counting was started again. What was counted in an earlier round does not count.</param>
/// <param name="Status">What people have been told.</param>
internal sealed record BudgetLimit(
    int Project, BudgetKind Kind, string Id, long Made, long Version, int Round, long? Messages, long? Bytes, BudgetStatus Status)
{
    /// <summary>Whether a message with that many bytes may be sent.</summary>
    internal bool Allows(BudgetSum spent, long bytes) =>
        (Messages is not { } messages || spent.Messages < messages) && (Bytes is not { } most || spent.Bytes + bytes <= most);

    /// <summary>How far it is spent: the higher status of its limits.</summary>
    internal BudgetStatus StatusAt(BudgetSum spent) => (BudgetStatus)Math.Max((int)StatusOf(spent.Messages, Messages), (int)StatusOf(spent.Bytes, Bytes));

    /// <summary>What it is for, in the singular.</summary>
    internal string Noun => NounOf(Kind);

    internal static string NounOf(BudgetKind kind) => kind switch
    {
        BudgetKind.Agents => "agent",
        BudgetKind.Threads => "thread",
        _ => "execution",
    };

    /// <summary>The command that raises it. It names the other limit, too, because a limit that is left out is removed.</summary>
    /// <param name="bytes">The size of the next message.</param>
    internal string Remedy(BudgetSum spent, long bytes) =>
        $"parley budget set {WireType.WordOf(Kind)} {Id}"
        + Option("messages", Messages, isSpent: spent.Messages >= Messages) + Option("bytes", Bytes, isSpent: spent.Bytes + bytes > Bytes);

    private static string Option(string name, long? limit, bool isSpent) =>
        limit is not { } most ? "" : isSpent ? $" --{name} N" : string.Create(CultureInfo.InvariantCulture, $" --{name} {most}");

    private static BudgetStatus StatusOf(long spent, long? limit) =>
        limit is not { } most || spent < most - (most / 5) ? BudgetStatus.Open : spent < most ? BudgetStatus.Warned : BudgetStatus.Spent;
}

/// <summary>What was sent since counting started.</summary>
internal readonly record struct BudgetSum(long Messages, long Bytes)
{
    internal BudgetSum Plus(long bytes) => new(Messages + 1, Bytes + bytes);
}

/// <summary>A send that a budget does not allow.</summary>
internal sealed record BudgetRefusal(BudgetLimit Limit, BudgetSum Spent);
