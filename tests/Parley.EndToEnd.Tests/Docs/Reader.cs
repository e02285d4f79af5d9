using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Parley.EndToEnd.Tests.Cli;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>What lines that were typed left behind.</summary>
/// <param name="ExitCode">Of the last command.</param>
/// <param name="Failed">Each command that ended with something else than 0, and with what.</param>
internal sealed record Typed(int ExitCode, string Output, string Error, string Failed);

/// <summary>Somebody without any files of Parley who types a page from top to bottom: one home, one shell, and one server for all of its blocks.</summary>
internal sealed class Reader : IAsyncDisposable
{
    /// <summary>Does for Parley what systemd would: there is none in a container.</summary>
    private const string Systemctl = """
        case $1 in
          start)
            # The page's own server may have the port.
            [ ! -e ~/started ] || export PARLEY_PORT=0
            touch ~/started
            parley serve --log-level error ${UNIT_DATA:+--data "$UNIT_DATA"} </dev/null >~/unit.log 2>&1 &
            echo $! >~/unit.pid
            until grep -q 'listening on' ~/unit.log; do kill -0 $! || { cat ~/unit.log >&2; exit 1; }; sleep 0.1; done ;;
          stop)
            [ -e ~/unit.pid ] || exit 0
            kill "$(cat ~/unit.pid)"
            while kill -0 "$(cat ~/unit.pid)" 2>/dev/null; do sleep 0.1; done
            rm ~/unit.pid ;;
        esac
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _home = Directory.CreateTempSubdirectory("parley-docs-").FullName;
    private readonly Process _shell;
    private readonly List<string> _terminals = [];
    private readonly int? _postgres;
    private int _written;

    private Reader(int? postgres)
    {
        _postgres = postgres;
        (Port, PagePort, OtherPagePort) = (FreePort(), FreePort(), FreePort());
        Script("parley", $"exec '{Binary.Command(new Dictionary<string, string>()).FileName}' \"$@\"");
        // In the checkout it builds the program first; here it is built.
        Directory.CreateDirectory(Path.Combine(_home, "work"));
        File.CreateSymbolicLink(Path.Combine(_home, "work", "parley"), Path.Combine(_home, "bin", "parley"));
        // Debian's, which sees the modules that Debian packages.
        if (File.Exists("/usr/bin/python3"))
            File.CreateSymbolicLink(Path.Combine(_home, "bin", "python3"), "/usr/bin/python3");
        Script("systemctl", Systemctl);
        // curl ends with 0 whatever the server answers: this makes it say.
        File.WriteAllText(Path.Combine(_home, ".curlrc"), "silent\nshow-error\nwrite-out = \"%{stderr}[http %{http_code}]\\n\"\n");
        var start = Binary.CommandOf("bash", Environment, ["--noprofile", "--norc"]);
        start.WorkingDirectory = Path.Combine(_home, "work");
        foreach (var name in new[] { "XDG_DATA_HOME", "XDG_CONFIG_HOME", "DATABASE_URL" })
            start.Environment.Remove(name);
        _shell = Process.Start(start)!;
        _shell.ErrorDataReceived += (_, _) => { };
        _shell.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>Where a page's own program listens.</summary>
    public int PagePort { get; }

    public int OtherPagePort { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public string DataFolder => Path.Combine(_home, ".local", "share", "parley");

    public Dictionary<string, string> Environment => new()
    {
        ["HOME"] = _home,
        ["PATH"] = $"{Path.Combine(_home, "bin")}:{System.Environment.GetEnvironmentVariable("PATH")}",
        // A developer's own server may have the port of the pages.
        ["PARLEY_PORT"] = $"{Port}",
        ["PS1"] = "",
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = $"{_postgres}",
        ["PGUSER"] = "postgres",
        // The machine's own panes are none of a page's business.
        ["TMUX_TMPDIR"] = _home,
        ["TMUX"] = "",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="server">Starts the server of the page; null: the page does.</param>
    /// <param name="postgres">The port of a PostgreSQL, where the page speaks of one.</param>
    public static async Task<Reader> SitDownAsync(string? server, int? postgres)
    {
        var reader = new Reader(postgres);
        if (server is null)
            return reader;
        var started = await reader.TypeAsync(reader.Mine(server));
        Assert.True(started is { ExitCode: 0, Failed: "" }, started.Error);
        return reader;
    }

    /// <summary>The text with the addresses and folders of this reader in place of the page's.</summary>
    public string Mine(string text) => text
        .Replace("127.0.0.1:8080", $"127.0.0.1:{Port}", StringComparison.Ordinal)
        .Replace("127.0.0.1:3000", $"127.0.0.1:{PagePort}", StringComparison.Ordinal)
        .Replace("127.0.0.1:3001", $"127.0.0.1:{OtherPagePort}", StringComparison.Ordinal)
        .Replace("listen(3000", $"listen({PagePort}", StringComparison.Ordinal)
        .Replace("/var/lib/parley", Path.Combine(_home, "var"), StringComparison.Ordinal)
        .Replace("db.example.org/parley?sslmode=verify-full", $"127.0.0.1:{_postgres}/parley", StringComparison.Ordinal)
        .Replace("parley-2026-01-22.db", "parley-$(date +%F).db", StringComparison.Ordinal)
        .Replace("/backup/", Path.Combine(_home, "work") + "/", StringComparison.Ordinal);

    /// <summary>Starts another server, with its data in the page's PostgreSQL, and names it to the shell.</summary>
    public async Task StartOnPostgresAsync()
    {
        var url = $"postgres://parley:PASSWORD@127.0.0.1:{_postgres}/parley";
        await StayAsync($"parley serve --log-level error --port 0 --data ~/node --database '{url}'\n");
        await TypeAsync($"export DATABASE_URL='{url}'");
    }

    /// <summary>Types lines and waits for them to end.</summary>
    public async Task<Typed> TypeAsync(string lines)
    {
        var name = Save($".typed-{++_written}", lines);
        await _shell.StandardInput.WriteLineAsync(
            $"trap 'echo \"$?: $BASH_COMMAND\" >>\"{name}.failed\"' ERR; . \"{name}\" </dev/null >\"{name}.out\" 2>\"{name}.err\"; result=$?; trap - ERR; echo \"ended $result\"");
        await _shell.StandardInput.FlushAsync(Cancel);
        var ended = await _shell.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        Assert.True(ended is not null, $"The shell is gone after: {lines}");
        return new Typed(int.Parse(ended["ended ".Length..]), await Left("out"), await Left("err"), await Left("failed"));

        async Task<string> Left(string what) => File.Exists($"{name}.{what}") ? await File.ReadAllTextAsync($"{name}.{what}", Cancel) : "";
    }

    /// <summary>Types each line into a terminal of its own and leaves it there, once it has said something.</summary>
    public async Task StayAsync(string lines)
    {
        foreach (var line in lines.Split('\n').Where(line => line.Length > 0))
        {
            var name = Save($".typed-{++_written}", line);
            await _shell.StandardInput.WriteLineAsync($"( . \"{name}\"; echo \"[ended $?]\" ) </dev/null >\"{name}.screen\" 2>&1 &");
            await _shell.StandardInput.FlushAsync(Cancel);
            _terminals.Add(name);
            Assert.True(await Until.TrueAsync(() => Screen(name).Length > 0, Patience, Cancel), $"Nothing comes from: {line}");
            if (line.Contains("parley serve", StringComparison.Ordinal))
                Assert.True(await Until.TrueAsync(() => Screen(name).Contains("listening on", StringComparison.Ordinal), Patience, Cancel), Screen(name));
            Assert.DoesNotMatch(@"\[ended [1-9]", Screen(name));
        }
    }

    /// <summary>Waits until a terminal, or the one in which a command runs, shows this.</summary>
    public async Task SeeAsync(string expected, string command)
    {
        var terminal = _terminals.LastOrDefault(name => command.Length == 0 || File.ReadAllText(name).Contains(command, StringComparison.Ordinal));
        Assert.True(terminal is not null, $"No terminal runs '{command}'.");
        Assert.True(
            await Until.TrueAsync(() => Shown.IsAmong(expected, Screen(terminal)), Patience, Cancel), $"The page says:\n{expected}\nThe terminal shows:\n{Screen(terminal)}");
    }

    /// <summary>Gets what the first terminal shows whose command ended with something else than 0.</summary>
    public string? FailedTerminal() => _terminals.Select(Screen).FirstOrDefault(screen => screen.Contains("[ended ", StringComparison.Ordinal) && !screen.Contains("[ended 0]", StringComparison.Ordinal));

    /// <summary>Keeps a file in the folder where the commands are typed.</summary>
    public string Save(string name, string text)
    {
        var path = Path.Combine(_home, "work", name);
        File.WriteAllText(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await TypeAsync("systemctl stop parley; tmux kill-server");
        _shell.Kill(entireProcessTree: true);
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private static string Screen(string terminal)
    {
        if (!File.Exists(terminal + ".screen"))
            return "";
        using var reading = new StreamReader(new FileStream(terminal + ".screen", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reading.ReadToEnd();
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private void Script(string name, string command)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_home, "bin")).FullName, name);
        File.WriteAllText(path, $"#!/usr/bin/env bash\n{command}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
