using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Attention;

/// <summary>Finds what one concept holds that may need attention, by its search keys or in memory, and has it judged.</summary>
internal interface IAttentionSource
{
    AttentionKind Kind { get; }

    ValueTask<AttentionFindings> FindAsync(ProjectState project, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Whether what a log entry records can change the findings.</summary>
    bool DependsOn(LogEntry entry, ProjectState project);
}

/// <param name="LookedAt">How many were looked at.</param>
/// <param name="More">Whether there are more than were looked at.</param>
internal sealed record AttentionFindings(IReadOnlyList<AttentionItem> Items, int LookedAt, bool More = false)
{
    /// <summary>The most of one kind that are looked at, so that trouble in masses does not cost more.</summary>
    internal const int Most = 200;

    /// <summary>How often to look at what can change without a log entry, such as by a lease that lapses.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>When to look again, even if the log does not grow; null for never.</summary>
    internal DateTimeOffset? LookAgainAt { get; init; }

    /// <param name="found">Up to one more than the most.</param>
    internal static AttentionFindings Of<T>(IReadOnlyList<T> found, Func<T, AttentionItem?> judge) =>
        new([.. found.Take(Most).Select(judge).OfType<AttentionItem>()], Math.Min(found.Count, Most), found.Count > Most);
}
