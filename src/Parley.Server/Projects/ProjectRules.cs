using Parley.Protocol;
using Parley.Server.Outgoing;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>The rules for projects' names and settings, with the ranges of <see cref="Settings.SettingsTable"/>.</summary>
internal static class ProjectRules
{
    private const int Year = 365 * 24 * 3600;
    private const int Day = 24 * 3600;

    private const int LongestUrl = 2_000, LongestModel = 200, LongestKey = 1_000;

    /// <param name="mayBePrivate">Whether <c>summary_url</c> may lead to private addresses, and over http.</param>
    internal static Validation Check(ProjectRequest request, bool mayBePrivate)
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
            .Range("settings.loop_limit", settings.LoopLimit, 0, 100_000)
            .Length("settings.summary_url", settings.SummaryUrl, LongestUrl)
            .Check(WrongOf(settings.SummaryUrl, mayBePrivate) is null, "settings.summary_url", WrongOf(settings.SummaryUrl, mayBePrivate)!)
            .Check(settings.SummaryUrl is null || settings.SummaryModel is not null, "settings.summary_model", "is missing: summary_url needs the name of a model")
            .Check(settings.SummaryUrl is not null || settings.SummaryModel is null, "settings.summary_url", "is missing: summary_model needs the URL of its server")
            .Check(settings.SummaryUrl is not null || settings.SummaryKey is null or "", "settings.summary_url", "is missing: summary_key needs the URL of its server")
            .Length("settings.summary_model", settings.SummaryModel, LongestModel)
            .DisplayText("settings.summary_model", settings.SummaryModel)
            .Check(
                settings.SummaryKey is null || (settings.SummaryKey.Length <= LongestKey && settings.SummaryKey.All(letter => letter is > ' ' and <= '~')),
                "settings.summary_key", "must be at most 1000 printable ASCII characters without spaces");
    }

    /// <summary>The settings to store. The key is never shown, so a request that changes other settings does not have it: it stays with its server.</summary>
    internal static ProjectSettings WithKey(ProjectSettings asked, ProjectSettings present) => asked.SummaryKey switch
    {
        null when asked.SummaryUrl is { } url && present is { SummaryUrl: { } before, SummaryKey: { } key } && IsSameServer(url, before) => asked with { SummaryKey = key },
        "" => asked with { SummaryKey = null },
        _ => asked,
    };

    private static bool IsSameServer(string one, string other) =>
        Uri.Compare(new Uri(one), new Uri(other), UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static string? WrongOf(string? url, bool mayBePrivate) => url is { Length: <= LongestUrl } ? ReceiverUrl.WhatIsWrong(url, mayBePrivate) : null;
}
