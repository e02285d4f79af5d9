using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>The rules for projects' names and settings, with the ranges of <see cref="Settings.SettingsTable"/>.</summary>
internal static class ProjectRules
{
    private const int Year = 365 * 24 * 3600;
    private const int Day = 24 * 3600;

    internal static Validation Check(ProjectRequest request)
    {
        var validation = new Validation().ProjectId("project_id", request.ProjectId).DisplayText("name", request.Name);
        if (request.Settings is not { } settings)
            return validation;
        return validation
            .Range("settings.mailbox_limit", settings.MailboxLimit, 1, 10_000_000)
            .Range("settings.message_ttl_seconds", settings.MessageTtlSeconds, 1, Year)
            .Range("settings.retry_delay_seconds", settings.RetryDelaySeconds, 0, Day)
            .Range("settings.max_attempts", settings.MaxAttempts, 1, 1000)
            .Range("settings.max_disconnects", settings.MaxDisconnects, 0, 1000)
            .Range("settings.retention_days", settings.RetentionDays, 0, 36_500)
            .Range("settings.rate_limit_per_second", settings.RateLimitPerSecond, 0, 1_000_000)
            .Range("settings.rate_limit_burst", settings.RateLimitBurst, 1, 1_000_000)
            .Range("settings.priority_aging_seconds", settings.PriorityAgingSeconds, 0, Day)
            .Range("settings.loop_limit", settings.LoopLimit, 0, 100_000);
    }
}
