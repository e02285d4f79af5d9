using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;

namespace Parley.Server.Projects;

/// <summary>A project as the running server holds it: its settings in force, its log's tail, its agents.</summary>
internal sealed class ProjectState(ProjectRecord record, MessagingDefaults defaults, ProjectLog log)
{
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

    /// <summary>The project's own settings over the server's.</summary>
    internal EffectiveSettings Settings => _settings;

    internal ProjectLog Log { get; } = log;

    internal ProjectAgents Agents { get; } = new();

    /// <summary>Set when the project is deleted: connections and feeds of it end.</summary>
    internal CancellationTokenSource Gone { get; } = new();

    internal Project ToWire() => new()
    {
        ProjectId = Id,
        Name = Record.Name,
        CreatedAt = Record.CreatedAt,
        Settings = Record.Settings,
    };
}

/// <summary>A project as it is stored.</summary>
internal sealed record ProjectRecord(int Number, string Id, string Name, DateTimeOffset CreatedAt, ProjectSettings Settings, long Epoch, long Head);

/// <summary>The server's values for what a project may set of its own.</summary>
internal sealed record MessagingDefaults
{
    internal int MailboxLimit { get; init; } = 10_000;
    internal int MessageTtlSeconds { get; init; } = 86_400;
    internal double RetryDelaySeconds { get; init; } = 60;
    internal int MaxAttempts { get; init; } = 4;
    internal int RetentionDays { get; init; } = 30;
    internal double RateLimitPerSecond { get; init; } = 100;
    internal int RateLimitBurst { get; init; } = 1_000;
    internal int PriorityAgingSeconds { get; init; } = 300;
    internal int MaxMessageBytes { get; init; } = 256 * 1024;
}

/// <summary>What is in force for one project.</summary>
internal sealed record EffectiveSettings(
    int MailboxLimit, TimeSpan MessageTtl, TimeSpan RetryDelay, int MaxAttempts, TimeSpan? Retention,
    double RatePerSecond, int RateBurst, TimeSpan PriorityAging, int MaxMessageBytes)
{
    internal static EffectiveSettings Of(ProjectSettings own, MessagingDefaults defaults) => new(
        own.MailboxLimit ?? defaults.MailboxLimit,
        TimeSpan.FromSeconds(own.MessageTtlSeconds ?? defaults.MessageTtlSeconds),
        TimeSpan.FromSeconds(own.RetryDelaySeconds ?? defaults.RetryDelaySeconds),
        own.MaxAttempts ?? defaults.MaxAttempts,
        (own.RetentionDays ?? defaults.RetentionDays) is > 0 and var days ? TimeSpan.FromDays(days) : null,
        own.RateLimitPerSecond ?? defaults.RateLimitPerSecond,
        own.RateLimitBurst ?? defaults.RateLimitBurst,
        TimeSpan.FromSeconds(own.PriorityAgingSeconds ?? defaults.PriorityAgingSeconds),
        defaults.MaxMessageBytes);
}
