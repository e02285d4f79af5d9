using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Parley.Cli.Tmux;

/// <summary>Tmux cannot be run.</summary>
internal sealed class TmuxMissingException(string message, Exception inner) : Exception(message, inner);

/// <summary>Runs tmux. Panes are addressed by id only. Tmux answers some questions about panes that do not exist with success and an empty text, so answers
/// are compared, not exit codes.</summary>
/// <param name="program">The name or path of tmux.</param>
internal sealed class TmuxClient(string program = "tmux")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Without a byte order mark, which tmux would paste.
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>All panes of a tmux server; null if none answers at the socket.</summary>
    public async Task<IReadOnlyList<Pane>?> ListAsync(string socket, CancellationToken cancellationToken)
    {
        var (exitCode, output, _) = await RunAsync(socket, null, cancellationToken, "list-panes", "-a", "-F", Pane.Format);
        return exitCode == 0 ? [.. output.Split('\n').Select(line => Pane.Parse(socket, line)).OfType<Pane>()] : null;
    }

    /// <summary>A pane and its visible screen, both at the same moment; null if the pane is gone.</summary>
    public async Task<(Pane Pane, IReadOnlyList<StyledLine> Lines)?> CaptureAsync(PaneAddress address, CancellationToken cancellationToken)
    {
        var (_, output, _) = await RunAsync(
            address.Socket, null, cancellationToken, "display-message", "-p", "-t", address.Id, Pane.Format, ";", "capture-pane", "-p", "-e", "-t", address.Id);
        var lines = output.Split('\n');
        return Pane.Parse(address.Socket, lines[0]) is { } pane && pane.Address.Id == address.Id ? (pane, StyledLine.Read(lines.Skip(1))) : null;
    }

    /// <summary>Pastes a text as a terminal pastes it (bracketed): no shell and no key names are involved, and a line break does not submit it.</summary>
    /// <returns>Why it failed; null if it did not.</returns>
    public Task<string?> PasteAsync(PaneAddress address, string text, CancellationToken cancellationToken)
    {
        var buffer = $"parley-{address.Id[1..]}";
        return DoAsync(address, text, cancellationToken, "load-buffer", "-b", buffer, "-", ";", "paste-buffer", "-p", "-d", "-b", buffer, "-t", address.Id);
    }

    /// <summary>Presses Enter.</summary>
    /// <inheritdoc cref="PasteAsync"/>
    public Task<string?> EnterAsync(PaneAddress address, CancellationToken cancellationToken) =>
        DoAsync(address, null, cancellationToken, "send-keys", "-t", address.Id, "Enter");

    /// <summary>Ends copy mode. That it is in none is not a failure.</summary>
    public Task LeaveModeAsync(PaneAddress address, CancellationToken cancellationToken) =>
        DoAsync(address, null, cancellationToken, "send-keys", "-t", address.Id, "-X", "cancel");

    /// <summary>Sets an option of a pane, or removes it.</summary>
    /// <param name="value">Null to remove it.</param>
    /// <inheritdoc cref="PasteAsync"/>
    public Task<string?> SetOptionAsync(PaneAddress address, string option, string? value, CancellationToken cancellationToken) => value is null
        ? DoAsync(address, null, cancellationToken, "set-option", "-p", "-u", "-t", address.Id, option)
        : DoAsync(address, null, cancellationToken, "set-option", "-p", "-t", address.Id, option, value);

    private async Task<string?> DoAsync(PaneAddress address, string? input, CancellationToken cancellationToken, params string[] arguments)
    {
        var (exitCode, _, error) = await RunAsync(address.Socket, input, cancellationToken, arguments);
        return exitCode == 0 ? null : error.Trim() is { Length: > 0 } said ? said : $"tmux ended with {exitCode}";
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string socket, string? input, CancellationToken cancellationToken, params string[] arguments)
    {
        // -u: otherwise tmux replaces letters beyond ASCII by '_' where the environment names no UTF-8 locale.
        var start = new ProcessStartInfo(program, ["-u", "-S", socket, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding,
            StandardOutputEncoding = Encoding,
            StandardErrorEncoding = Encoding,
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (-1, "", $"tmux did not answer within {Patience.TotalSeconds:0} s");
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // It ended before it read its input: no server, or no pane.
            return (-1, "", "tmux ended before it took the text");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new TmuxMissingException($"Cannot run {program}: {missing.Message}.", missing);
        }
    }
}
