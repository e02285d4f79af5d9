using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Parley.Cli.CommandLine;
using Parley.Cli.Git;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley guard install|remove|check</c>: a git hook that refuses to commit files which another agent has reserved.</summary>
internal static class GuardCommand
{
    private const string Mark = "# parley guard";

    private const double UsualTimeout = 0.15;

    /// <summary>Extra time for a server that has been reached: a late refusal is better than none.</summary>
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1);

    private static readonly Option<double> Timeout = Numbers.WithDefault(
        "--timeout", $"How long to wait for a server that cannot be reached, in seconds (0.01-60). One that can be reached may take {TimeToAnswer.TotalSeconds:0} s longer.", "S", 0.01, 60,
        UsualTimeout, "a number from 0.01 to 60");

    /// <summary>How many files to check per request. Even with the longest paths, the body is not too large for the server.</summary>
    private const int PartSize = 2_000;

    public static Command Create() => new CliCommand("guard", "Keeps commits out of files that other agents have reserved.") { Install(), Remove(), Check() };

    private static CliCommand Install() => new CliCommand(
        "install", "Installs a pre-commit hook in the git repository here. It works in all of its work trees.", "parley guard install", "parley guard install --timeout 2")
    {
        Timeout,
    }.Does(async call =>
    {
        var path = await HookPathAsync(call.Cancellation);
        if (File.Exists(path) && !(await File.ReadAllTextAsync(path, call.Cancellation)).Contains(Mark, StringComparison.Ordinal))
        {
            throw new CommandException(
                ExitCode.Conflict, $"There is already another hook at '{path}'.", "Add this line to it: parley guard check || exit $?");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, Hook(call.Arguments.GetValue(Timeout)), call.Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        call.Terminal.WriteLine(PlainText.Of($"Installed {path}. Set PARLEY_AGENT to the agent that commits."));
        return ExitCode.Done;
    });

    private static CliCommand Remove() => new CliCommand("remove", "Removes the hook.", "parley guard remove").Does(async call =>
    {
        var path = await HookPathAsync(call.Cancellation);
        if (!File.Exists(path) || !(await File.ReadAllTextAsync(path, call.Cancellation)).Contains(Mark, StringComparison.Ordinal))
            throw new CommandException(ExitCode.NotFound, $"Parley has no hook at '{path}'.", remedy: null);
        File.Delete(path);
        call.Terminal.WriteLine(PlainText.Of($"Removed {path}."));
        return ExitCode.Done;
    });

    private static CliCommand Check() => new CliCommand(
        "check", "Checks the staged files, as the hook does. Exit code 7 if another agent holds any of them; 0 with a warning if no server answers.",
        "parley guard check --as fe-1")
    {
        Timeout,
    }.Does(async call =>
    {
        // A rename changes the file that is gone too.
        var files = (await GitCommand.RunAsync(["-c", "diff.relative=false", "diff", "--cached", "--name-only", "--no-renames", "-z"], call.Cancellation))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (files.Length == 0)
            return ExitCode.Done;
        IReadOnlyList<ReservationClash> clashes;
        try
        {
            clashes = await ClashesAsync(call, files);
        }
        catch (Exception failure) when (IsWarning(failure, call.Cancellation))
        {
            call.Terminal.Note($"parley guard: Nothing was checked. {Why(failure)}");
            return ExitCode.Done;
        }

        foreach (var clash in clashes)
        {
            var more = clash.Files > 1 ? $" and {clash.Files - 1} more" : "";
            var reason = clash.Reservation.Reason is { } said ? $" ({said})" : "";
            call.Terminal.Note(
                $"parley guard: {clash.File}{more}: held by {clash.Reservation.AgentId} until {clash.Reservation.ExpiresAt?.ToLocalTime():t}{reason}.");
        }

        if (clashes.Count == 0)
            return ExitCode.Done;
        call.Terminal.Note("Nothing was committed. Unstage these files, wait for them with 'parley reserve --wait PATH...', or commit anyway with 'git commit --no-verify'.");
        return ExitCode.Conflict;
    });

    private static async Task<IReadOnlyList<ReservationClash>> ClashesAsync(Call call, string[] files)
    {
        var timeout = TimeSpan.FromSeconds(call.Arguments.GetValue(Timeout));
        await ReachAsync(call, timeout);
        using var tooLong = new CancellationTokenSource(timeout + TimeToAnswer, call.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, tooLong.Token);
        var clashes = new List<ReservationClash>();
        foreach (var part in files.Chunk(PartSize))
            clashes.AddRange((await call.Api.Reservations.CheckAsync(new ReservationCheck { Files = part, AgentId = call.ActingAs }, patience.Token)).Items);
        return clashes;
    }

    /// <summary>Makes sure that the server takes connections. A client that waits for an answer cannot tell a slow server from none.</summary>
    private static async Task ReachAsync(Call call, TimeSpan timeout)
    {
        var url = call.Location.Url;
        if (HttpClient.DefaultProxy.GetProxy(url) is not null)
            return;
        using var tooLong = new CancellationTokenSource(timeout, call.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, tooLong.Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(url.DnsSafeHost, url.Port, patience.Token);
    }

    /// <summary>No server, no token, no answer: the repository may be used without Parley.</summary>
    private static bool IsWarning(Exception failure, CancellationToken interrupted) =>
        failure is ParleyException or ParleyConfigurationException or CommandException or SocketException ||
        (failure is OperationCanceledException && !interrupted.IsCancellationRequested);

    private static string Why(Exception failure) => failure switch
    {
        OperationCanceledException => "The server did not answer in time; --timeout waits longer.",
        SocketException unreachable => $"The server cannot be reached: {unreachable.Message}.",
        ParleyException { Problem.Detail: { } detail } => detail,
        _ => failure.Message,
    };

    /// <summary>Git runs hooks with a shell, also on Windows.</summary>
    private static string Hook(double timeout) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        #!/bin/sh
        {{Mark}}: refuses to commit files that another agent has reserved. 'parley guard remove' removes it.
        parley=$(command -v parley) || parley={{Quoted(Environment.ProcessPath)}}
        [ -x "$parley" ] || { echo 'parley guard: Nothing was checked, because parley is not installed.' >&2; exit 0; }
        exec "$parley" guard check{{(timeout == UsualTimeout ? "" : $" --timeout {timeout.ToString(CultureInfo.InvariantCulture)}")}}

        """).ReplaceLineEndings("\n");

    /// <summary>As one word of a shell.</summary>
    private static string Quoted(string? path) => $"'{path?.Replace('\\', '/').Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Where git looks for the hook: with <c>core.hooksPath</c>, and from a work tree, it is not in <c>.git/hooks</c>.</summary>
    private static async Task<string> HookPathAsync(CancellationToken cancellationToken) =>
        Path.GetFullPath(Path.Combine((await GitCommand.RunAsync(["rev-parse", "--git-path", "hooks"], cancellationToken)).TrimEnd('\n', '\r'), "pre-commit"));
}
