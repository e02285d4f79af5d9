using System.Diagnostics;
using System.Runtime.CompilerServices;
using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Projects;

/// <summary>A project in memory: its effective settings, its log's tail, and what concepts keep with it.</summary>
internal sealed class ProjectState(ProjectRecord record, MessagingDefaults defaults, ProjectLog log)
{
    private object? _kept;
    private volatile ProjectBudgets? _budgets;
    private volatile ProjectRecord _record = record;
    private volatile EffectiveSettings _settings = EffectiveSettings.Of(record.Settings, defaults);

    internal int Number { get; } = record.Number;

    internal string Id { get; } = record.Id;

    internal ProjectRecord Record
    {
        get => _record;
        set
        {
            _record = value;
            _settings = EffectiveSettings.Of(value.Settings, defaults);
        }
    }

    /// <summary>The server's settings, overridden by the project's own.</summary>
    internal EffectiveSettings Settings => _settings;

    internal ProjectLog Log { get; } = log;

    /// <summary>Its message budgets; null if it has none, as nearly all projects, so that a send costs no more than this check.</summary>
    internal ProjectBudgets? Budgets
    {
        get => _budgets;
        set => _budgets = value;
    }

    /// <summary>What the agents' folder keeps in memory for the project. Created on first use, and dropped with the project.</summary>
    /// <remarks>Only one folder does this, on the path of every message, so it is a plain field without a dictionary or a type check.</remarks>
    internal T Kept<T>()
        where T : class, new()
    {
        var kept = Volatile.Read(ref _kept) ?? Keep<T>();
        Debug.Assert(kept is T, "Another room keeps something else here.");
        return Unsafe.As<T>(kept);
    }

    /// <summary>Cancelled when the project is deleted, so that its connections and feeds end.</summary>
    internal CancellationTokenSource Gone { get; } = new();

    private T Keep<T>()
        where T : class, new()
    {
        Interlocked.CompareExchange(ref _kept, new T(), null);
        return (T)_kept;
    }

    internal Project ToWire() => new()
    {
        ProjectId = Id,
        Name = Record.Name,
        CreatedAt = Record.CreatedAt,
        Settings = Record.Settings with { SummaryKey = null },
        Pause = Record.Pause,
    };
}

/// <summary>A project as stored.</summary>
internal sealed record ProjectRecord(int Number, string Id, string Name, DateTimeOffset CreatedAt, ProjectSettings Settings, long Epoch, long Head)
{
    /// <summary>Null: it is not paused.</summary>
    internal Pause? Pause { get; init; }
}

/// <summary>The server's values for the settings that a project may override.</summary>
internal sealed record MessagingDefaults
{
    internal int MailboxLimit { get; init; } = 10_000;
    internal TimeSpan MessageTtl { get; init; } = TimeSpan.FromDays(1);
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(60);
    internal int MaxAttempts { get; init; } = 4;

    /// <summary>Zero: no limit.</summary>
    internal int MaxDisconnects { get; init; } = 10;

    /// <summary>Zero: forever.</summary>
    internal TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    internal double RateLimitPerSecond { get; init; } = 100;
    internal int RateLimitBurst { get; init; } = 1_000;
    internal TimeSpan PriorityAging { get; init; } = TimeSpan.FromSeconds(300);
    internal int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>0: no limit.</summary>
    internal int LoopLimit { get; init; } = 50;

    internal bool ReservationsIgnoreCase { get; init; }
}

/// <summary>The effective settings of one project.</summary>
internal sealed record EffectiveSettings(
    int MailboxLimit, TimeSpan MessageTtl, TimeSpan RetryDelay, int MaxAttempts, int MaxDisconnects, TimeSpan? Retention,
    double RatePerSecond, int RateBurst, TimeSpan PriorityAging, int MaxMessageBytes, bool IgnoresCase, int LoopLimit)
{
    internal static EffectiveSettings Of(ProjectSettings own, MessagingDefaults defaults) => new(
        own.MailboxLimit ?? defaults.MailboxLimit,
        Seconds(own.MessageTtlSeconds, defaults.MessageTtl),
        Seconds(own.RetryDelaySeconds, defaults.RetryDelay),
        own.MaxAttempts ?? defaults.MaxAttempts,
        own.MaxDisconnects ?? defaults.MaxDisconnects,
        (own.RetentionDays is { } days ? TimeSpan.FromDays(days) : defaults.Retention) is var kept && kept > TimeSpan.Zero ? kept : null,
        own.RateLimitPerSecond ?? defaults.RateLimitPerSecond,
        own.RateLimitBurst ?? defaults.RateLimitBurst,
        Seconds(own.PriorityAgingSeconds, defaults.PriorityAging),
        defaults.MaxMessageBytes,
        own.ReservationsIgnoreCase ?? defaults.ReservationsIgnoreCase,
        own.LoopLimit ?? defaults.LoopLimit);

    private static TimeSpan Seconds(double? own, TimeSpan usual) => own is { } seconds ? TimeSpan.FromSeconds(seconds) : usual;
}
