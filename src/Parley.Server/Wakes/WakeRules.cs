using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Wakes;

/// <summary>When an agent is woken. A wake costs a turn of its model, so there are few: one for many messages, one at a time, and ever fewer for an agent
/// that does not react.</summary>
internal static class WakeRules
{
    /// <summary>After this, a wake that nothing came of is over.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>How soon to look again at an agent whose mail waits, but which may not be woken now.</summary>
    internal static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>A way that has failed is left alone for so long.</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    /// <summary>A waker that has its answer asks again. In between, its way still counts as there.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private const string Start = "Parley: ";
    private const string End = "Read them with the parley inbox tool.";

    /// <summary>The pause before the next wake, by how many in a row have had no effect.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    /// <summary>The prompt of a wake. It never has anything of a message in it, which could pass for what the person typed.</summary>
    internal static string Text(int count) => $"{Start}{count} message{(count == 1 ? "" : "s")} waiting. {End}";

    /// <summary>Whether a prompt is a wake that Parley sent, and not something that a person typed.</summary>
    internal static bool IsText(string? prompt) =>
        prompt?.Trim() is { Length: < 100 } text && text.StartsWith(Start, StringComparison.Ordinal) && text.EndsWith(End, StringComparison.Ordinal);

    /// <summary>Whether a message may wake an agent. An acknowledgment never does.</summary>
    internal static bool MayWake(Surface surface, Intent intent) => surface != Surface.Pull && intent != Intent.Ack;

    /// <summary>Whether an agent may be disturbed, as far as it is known.</summary>
    /// <remarks>An agent that has been working, or waiting for a person, for long without a sign is taken for idle: a person may have interrupted it, which some
    /// harnesses tell nobody. But what is typed into a dialog answers it.</remarks>
    /// <param name="lastSign">When it last did something; null if that is not known.</param>
    internal static bool IsIdle(AgentActivity activity, DateTimeOffset? lastSign, WakeWay way, DateTimeOffset now) => activity switch
    {
        AgentActivity.Working => IsSilent(lastSign, now),
        AgentActivity.BlockedOnHuman => way != WakeWay.Keystrokes && IsSilent(lastSign, now),
        _ => true,
    };

    private static bool IsSilent(DateTimeOffset? lastSign, DateTimeOffset now) => lastSign is null || now - lastSign >= AgentReach.LongestSilence;

    /// <param name="unanswered">How many wakes in a row have had no effect.</param>
    internal static TimeSpan PauseAfter(int unanswered) => Pauses[Math.Min(unanswered, Pauses.Length - 1)];
}
