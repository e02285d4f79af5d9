using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Protocol;

namespace Parley.Cli.Migration;

/// <summary>How far a batch is.</summary>
internal enum BatchState
{
    /// <summary>Nothing has been done.</summary>
    Planned,

    /// <summary>Its panes are agents: their mail waits in Parley, and they are woken by typing. Whoever types into them as before may go on.</summary>
    Dual,

    /// <summary>Its time in dual mode is over, and each of its agents has shown that it reads its mail.</summary>
    Migrated,

    /// <summary>Its panes are as they were before.</summary>
    RolledBack,
}

/// <summary>A fleet of panes that becomes a fleet of agents, batch by batch. It is a file, so that the move can be stopped and continued at any point.</summary>
internal sealed record MigrationPlan
{
    /// <summary>Names the move in the idempotency keys of what it sends.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long each batch is in dual mode.</summary>
    public required double DualMinutes { get; init; }

    public required IReadOnlyList<MigrationBatch> Batches { get; init; }

    /// <summary>The plan with one batch replaced.</summary>
    public MigrationPlan With(MigrationBatch changed) => this with { Batches = [.. Batches.Select(batch => batch.Name == changed.Name ? changed : batch)] };
}

internal sealed record MigrationBatch
{
    public required string Name { get; init; }
    public BatchState State { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? DualUntil { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required IReadOnlyList<MigrationPane> Panes { get; init; }

    [JsonIgnore]
    public bool IsValidated => Panes.All(pane => pane.CheckedAt is not null);

    /// <summary>The batch with one pane replaced.</summary>
    public MigrationBatch With(MigrationPane changed) => this with { Panes = [.. Panes.Select(pane => pane.Agent == changed.Agent ? changed : pane)] };
}

internal sealed record MigrationPane
{
    public required string Agent { get; init; }
    public required string Socket { get; init; }
    public required string Pane { get; init; }
    public required string Place { get; init; }
    public required string Program { get; init; }
    public required string Folder { get; init; }

    /// <summary>The agent that the pane was marked with before; null if it was not marked.</summary>
    public string? Before { get; init; }

    /// <summary>The message that asks the agent to show that it reads its mail.</summary>
    public string? CheckId { get; init; }

    /// <summary>When it had read it.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, Converters = [typeof(WireEnum<BatchState>), typeof(WireEnum<Reading>), typeof(WireTime)])]
[JsonSerializable(typeof(MigrationPlan))]
[JsonSerializable(typeof(PaneReport))]
internal sealed partial class MigrationJson : JsonSerializerContext
{
}

/// <summary>One line of output for each item.</summary>
internal static class MigrationLines
{
    public static MigrationJson Json { get; } = new(new JsonSerializerOptions(MigrationJson.Default.Options) { WriteIndented = false });
}
