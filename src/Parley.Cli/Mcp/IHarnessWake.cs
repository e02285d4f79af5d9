using Parley.Protocol;

namespace Parley.Cli.Mcp;

/// <summary>How a process that a harness has started can make its session take a turn.</summary>
internal interface IHarnessWake
{
    WakeWay Way { get; }

    /// <summary>Gives a wake to the harness.</summary>
    /// <returns>How it went, and what is to be known of it.</returns>
    Task<(WakeOutcome Outcome, string? Detail)> SubmitAsync(Wake wake, CancellationToken cancellationToken);

    /// <returns>Null if there is no way to wake this harness from here.</returns>
    internal static IHarnessWake? Find(string harness) =>
        ClaudeSocket.Find(Environment.GetEnvironmentVariable) as IHarnessWake ?? (harness == "codex" ? new CodexQueue("codex") : null);
}
