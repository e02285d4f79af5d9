using System.ComponentModel;
using System.Diagnostics;
using Parley.Protocol;

namespace Parley.Cli.Mcp;

/// <summary><c>codex queue</c>, which puts a prompt into a running session of Codex.</summary>
/// <param name="program">The program's name or path.</param>
internal sealed class CodexQueue(string program) : IHarnessWake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public WakeWay Way => WakeWay.Queue;

    public async Task<(WakeOutcome Outcome, string? Detail)> SubmitAsync(Wake wake, CancellationToken cancellationToken)
    {
        // Codex tells its session to its hooks alone, and not to this process.
        if (wake.SessionId is not { Length: > 0 } session)
            return (WakeOutcome.Failed, "No hook of the session has called yet, so it is not known which session to wake.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var start = new ProcessStartInfo(program, ["queue", "--thread", session, "--message", wake.Text])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            // This program's own output belongs to the protocol.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var said = process.StandardOutput.ReadToEndAsync(patience.Token);
                var wrong = await process.StandardError.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                return process.ExitCode == 0 ? (WakeOutcome.Submitted, (await said).Trim()) : (WakeOutcome.Failed, $"codex queue ended with {process.ExitCode}: {wrong.Trim()}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return (WakeOutcome.Failed, "codex queue did not end.");
            }
        }
        catch (Win32Exception missing)
        {
            return (WakeOutcome.Failed, missing.Message);
        }
    }
}
