using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Parley.Tests.Postgres;

/// <summary>A PostgreSQL of the tests' own: a new cluster in a temporary folder, on a free port of loopback, gone with whoever started
/// it. No server that runs on the machine already is needed, met or touched.</summary>
/// <remarks><c>cluster.sh</c> beside it waits for the end of its standard input. That comes when the tests end in whatever way, a kill
/// included, and then it stops the cluster and deletes its folder.</remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    // initdb refuses root, so root's tests run it as the user that the package made.
    private const string Unprivileged = "postgres";

    private readonly Process _minder;
    private readonly string _programs;
    private readonly string _folder;
    private int _databases;
    private string? _receiver;

    private PostgresServer(Process minder, string programs, string folder, int port) =>
        (_minder, _programs, _folder, Port) = (minder, programs, folder, port);

    internal static string Host => "127.0.0.1";

    internal int Port { get; }

    /// <summary>Where the server's words are.</summary>
    internal string LogFile => Path.Combine(_folder, "log");

    /// <summary>Makes and starts a cluster.</summary>
    /// <param name="fsync">Off only where no test asks what outlives a crash of the machine: databases are then made several times faster.</param>
    /// <param name="settings">Lines for <c>postgresql.conf</c>.</param>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL here, or it does not start.</exception>
    internal static Task<PostgresServer> StartAsync(bool fsync = true, params IEnumerable<string> settings) =>
        StartAsync([$"fsync = {(fsync ? "on" : "off")}", .. settings], []);

    /// <summary>Makes and starts a standby of this one, as <c>docs/operations/nodes.md</c> does. It is followed at once, and waited for from
    /// when <c>synchronous_standby_names</c> names it.</summary>
    /// <param name="name">By which this one knows it; small letters.</param>
    internal Task<PostgresServer> StartStandbyAsync(string name) => StartAsync([], [Port.ToString(CultureInfo.InvariantCulture), name]);

    private static async Task<PostgresServer> StartAsync(IEnumerable<string> settings, string[] primary)
    {
        var programs = FindPrograms();
        var port = FreePort();
        var minder = Run([programs, port.ToString(CultureInfo.InvariantCulture), string.Join('\n', settings), .. primary]);
        var said = await minder.StandardOutput.ReadLineAsync();
        if (said?.StartsWith("ready ", StringComparison.Ordinal) == true)
            return new PostgresServer(minder, programs, said["ready ".Length..], port);

        var reason = $"{said}\n{await minder.StandardOutput.ReadToEndAsync()}";
        minder.Dispose();
        throw new InvalidOperationException($"PostgreSQL in {programs} does not start:\n{reason}");
    }

    /// <summary>The way to a database for Npgsql. Nobody checks the password: it stands there so that a text which shows it is noticed.</summary>
    internal string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = Host, Port = Port, Username = "postgres", Password = "the-pass-word", Database = database }.ConnectionString;

    /// <summary>The way to a database for Parley's settings.</summary>
    internal string Url(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://postgres:the-pass-word@{Host}:{Port}/{database}");

    /// <summary>Makes a database with a name of its own: empty, or a copy of another to which nobody is connected.</summary>
    internal async Task<string> CreateDatabaseAsync(string template = "template0")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return name;
    }

    /// <summary>Drops a database, whoever is still connected to it.</summary>
    internal Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    /// <summary>Runs a statement as the superuser.</summary>
    internal Task ExecuteAsync(string sql, string database = "postgres") => RunAsync(sql, database, static command => command.ExecuteNonQueryAsync());

    /// <summary>Asks as the superuser for one value.</summary>
    internal Task<object?> AskAsync(string sql, string database = "postgres") => RunAsync(sql, database, static command => command.ExecuteScalarAsync());

    private async Task<T> RunAsync<T>(string sql, string database, Func<NpgsqlCommand, Task<T>> run)
    {
        // Not pooled: a connection left idle would stand in the way of a copy or a drop.
        var way = new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Pooling = false };
        await using var connection = new NpgsqlConnection(way.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await run(command);
    }

    /// <summary>Stops it: <c>fast</c> cuts every connection and rolls back, <c>immediate</c> is a crash.</summary>
    internal Task StopAsync(string mode = "fast") => ControlAsync("-m", mode, "-w", "stop");

    /// <summary>Starts it again on the same data and port, and waits until it takes connections.</summary>
    internal Task StartAgainAsync() => ControlAsync("-l", LogFile, "-o", string.Create(CultureInfo.InvariantCulture, $"-p {Port}"), "-w", "-t", "60", "start");

    /// <summary><c>kill -9</c>: nobody is told. It is not started again.</summary>
    internal Task KillAsync() => SignalAsync("-KILL", File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First());

    /// <summary>A standby takes nothing more from its primary, which notices nothing, until <see cref="ReceiveAgainAsync"/>.</summary>
    internal async Task StopReceivingAsync() => await SignalAsync("-STOP", _receiver = $"{await AskAsync("SELECT pid FROM pg_stat_wal_receiver")}");

    internal Task ReceiveAgainAsync() => SignalAsync("-CONT", _receiver!);

    /// <summary>Makes the primary of a standby, and waits until it is one.</summary>
    internal Task PromoteAsync() => ControlAsync("-w", "-t", "60", "promote");

    /// <summary>Starts it again as a standby: it answers questions and takes no writes.</summary>
    internal async Task BecomeStandbyAsync()
    {
        await StopAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "standby.signal"), "");
        await StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _minder.StandardInput.Close();
        await _minder.WaitForExitAsync();
        _minder.Dispose();
    }

    private async Task ControlAsync(params string[] arguments)
    {
        using var control = Process.Start(AsUnprivileged(Path.Combine(_programs, "pg_ctl"), ["-s", "-D", Path.Combine(_folder, "data"), .. arguments]))!;
        // A server that is started holds the output open for ever: only the end of pg_ctl itself is waited for.
        await control.WaitForExitAsync();
        if (control.ExitCode != 0)
            throw new InvalidOperationException($"pg_ctl {string.Join(' ', arguments)} ended with {control.ExitCode}; see {LogFile}.");
    }

    private static async Task SignalAsync(string signal, string process)
    {
        using var kill = Process.Start(AsUnprivileged("kill", [signal, process]))!;
        await kill.WaitForExitAsync();
    }

    /// <summary>The minder alone, as its caller starts it, for tests of its own.</summary>
    /// <param name="temporary">Where its folder is made.</param>
    internal static Process StartMinder(string temporary) => Run(
        [FindPrograms(), FreePort().ToString(CultureInfo.InvariantCulture), "fsync = off"],
        // Whoever runs the tests may have signals ignored, which a shell cannot take back.
        ["env", "--default-signal=TERM,INT,HUP", $"TMPDIR={temporary}"]);

    private static Process Run(string[] arguments, params string[] before)
    {
        // Its text, not its path: who runs it may not be able to read this repository.
        using var script = new StreamReader(typeof(PostgresServer).Assembly.GetManifestResourceStream("cluster.sh")!);
        string[] line = [.. before, "sh", "-c", script.ReadToEnd(), "sh", .. arguments];
        var start = AsUnprivileged(line[0], line[1..]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    private static ProcessStartInfo AsUnprivileged(string program, string[] arguments)
    {
        // In its place, not above it: setpriv lets a signal through as it is, and stands in nobody's way while the program ends.
        string[] line = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", Unprivileged, "--regid", Unprivileged, "--init-groups", program, .. arguments] : [program, .. arguments];
        return new ProcessStartInfo(line[0], line[1..]) { UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
    }

    /// <summary>The newest that is installed, where Debian's packages put it; else that of the PATH.</summary>
    private static string FindPrograms()
    {
        const string Packages = "/usr/lib/postgresql";
        string[] packaged = Directory.Exists(Packages) ? Directory.GetDirectories(Packages) : [];
        return packaged
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("These tests need PostgreSQL 15 or newer, and none is installed. Debian: apt install postgresql.");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
