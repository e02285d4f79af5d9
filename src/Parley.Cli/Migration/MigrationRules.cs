using Parley.Cli.Tmux;
using Parley.Protocol;

namespace Parley.Cli.Migration;

/// <summary>How an agent comes to read its mail.</summary>
internal enum Reading
{
    /// <summary>It has read nothing yet.</summary>
    Nothing,

    /// <summary>Only after something was typed into its pane.</summary>
    Keystrokes,

    /// <summary>Sometimes by itself, sometimes after something was typed.</summary>
    Both,

    /// <summary>By itself: through hooks, tools, or a call that waits.</summary>
    Itself,
}

/// <summary>What has happened to a pane since its batch began.</summary>
/// <param name="Read">Messages that its agent has acknowledged, of those that were looked at.</param>
/// <param name="Waiting">Messages in its mailbox.</param>
/// <param name="Differences">What does not fit together.</param>
internal sealed record PaneReport(
    string Batch, BatchState State, string Agent, string Pane, string Program, DateTimeOffset? CheckedAt,
    int Submitted, int Unverified, int Failed, int Read, int Waiting, Reading Reading, IReadOnlyList<string> Differences);

/// <summary>What a migration decides, apart from tmux and the server.</summary>
internal static class MigrationRules
{
    /// <summary>Batches in the order of the panes, the first of one pane alone: if something is wrong, it shows there.</summary>
    public static IReadOnlyList<MigrationBatch> Batches(IReadOnlyList<MigrationPane> panes, int size) =>
    [
        .. panes.Take(1).Chunk(1).Concat(panes.Skip(1).Chunk(size)).Select((some, index) => new MigrationBatch { Name = $"{index + 1}", Panes = some }),
    ];

    /// <summary>The batch to work on: one that was begun, or else the first that was not; null if there is none.</summary>
    public static MigrationBatch? Next(MigrationPlan plan) =>
        plan.Batches.FirstOrDefault(batch => batch.State is BatchState.Dual && !batch.IsValidated) ?? plan.Batches.FirstOrDefault(batch => batch.State is BatchState.Planned);

    /// <summary>Batches whose time in dual mode is over, and whose agents all read their mail, are migrated.</summary>
    public static MigrationPlan Settle(MigrationPlan plan, DateTimeOffset now) => plan with
    {
        Batches = [.. plan.Batches.Select(batch => batch is { State: BatchState.Dual, IsValidated: true } && now >= batch.DualUntil
            ? batch with { State = BatchState.Migrated, EndedAt = now } : batch)],
    };

    /// <summary>Compares what was typed into a pane with what its agent has read.</summary>
    /// <param name="deliveries">Its newest, since the batch began.</param>
    /// <param name="typed">The wakes of the agent since then.</param>
    public static PaneReport Report(MigrationBatch batch, MigrationPane pane, IReadOnlyList<Delivery> deliveries, IReadOnlyList<BridgeLine> typed, int waiting)
    {
        var pressed = typed.Where(line => line.Outcome is not WakeOutcome.Failed).ToList();
        var read = deliveries.Where(delivery => delivery.AcknowledgedAt is not null).ToList();
        var afterTyping = read.Count(delivery => pressed.Exists(line => line.At >= delivery.QueuedAt && line.At <= delivery.AcknowledgedAt));
        var reading = (read.Count, afterTyping) switch
        {
            (0, _) => Reading.Nothing,
            (_, 0) => Reading.Itself,
            var (all, some) => all == some ? Reading.Keystrokes : Reading.Both,
        };
        return new PaneReport(
            batch.Name, batch.State, pane.Agent, pane.Pane, pane.Program, pane.CheckedAt,
            typed.Count(line => line.Outcome is WakeOutcome.Submitted), typed.Count(line => line.Outcome is WakeOutcome.Unverified), typed.Count(line => line.Outcome is WakeOutcome.Failed),
            read.Count, waiting, reading, Differences(deliveries, typed));
    }

    private static List<string> Differences(IReadOnlyList<Delivery> deliveries, IReadOnlyList<BridgeLine> typed)
    {
        var differences = new List<string>();
        var unread = deliveries.Count(delivery => delivery.AcknowledgedAt is null && delivery.State is DeliveryState.Queued or DeliveryState.Leased
            && typed.Any(line => line.Outcome is WakeOutcome.Submitted && line.At >= delivery.QueuedAt));
        if (unread > 0)
            differences.Add($"{unread} not read, though a wake was submitted after they came");
        var lost = deliveries.Count(delivery => delivery.State is DeliveryState.Dead or DeliveryState.Expired or DeliveryState.Withdrawn);
        if (lost > 0)
            differences.Add($"{lost} dead, expired, or withdrawn");
        if (typed is [.., { Outcome: WakeOutcome.Failed } last])
            differences.Add($"the last wake failed: {last.Detail}");
        return differences;
    }
}
