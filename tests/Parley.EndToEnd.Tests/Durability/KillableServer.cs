using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server on one data folder and one port through all its lives.</summary>
/// <param name="folder">Where its data go, and stay; null: a folder that goes with it.</param>
/// <param name="more">Further words for <c>parley serve</c>.</param>
internal sealed class KillableServer(string binary, string? folder = null, params IReadOnlyList<string> more) : IReachable, IAsyncDisposable
{
    private const string Ready = "Parley is listening on ";
    private static readonly TimeSpan Startup = TimeSpan.FromMinutes(2);

    private readonly string _folder = folder ?? Directory.CreateTempSubdirectory("parley-killed-").FullName;
    private readonly int _port = FreePort();
    private readonly List<string> _words = [];
    private Process? _process;

    public string DataFolder => Path.Combine(_folder, "data");

    public string ConfigFolder => Path.Combine(_folder, "config");

    public string Url => string.Create(CultureInfo.InvariantCulture, $"{(more.Contains("--tls-cert") ? "https" : "http")}://127.0.0.1:{_port}");

    /// <summary>The address of its PostgreSQL; null: SQLite in its folder.</summary>
    internal string? Database { get; init; }

    internal int Port => _port;

    internal bool IsRunning => _process is { HasExited: false };

    /// <summary>What it said on standard error, in all its lives.</summary>
    internal string Words
    {
        get
        {
            lock (_words)
                return string.Join('\n', _words);
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        var ready = Launch();
        await ready.WaitAsync(Startup, cancellationToken);
    }

    /// <summary>Starts it and kills it so long after.</summary>
    internal async Task StartAndKillAsync(TimeSpan life)
    {
        var starting = Launch();
        // In the middle of whatever its start has come to by then: the time itself is what is tested.
        await Task.Delay(life, TimeProvider.System);
        await KillAsync();
        await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Starts it; the task is done when it listens.</summary>
    private Task Launch()
    {
        var start = new ProcessStartInfo(binary, ["serve", "--port", _port.ToString(CultureInfo.InvariantCulture), "--data", DataFolder, .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PARLEY_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        // Nothing but a kill is to stand between a message and its recipient.
        start.Environment["PARLEY_RATE_LIMIT_PER_SECOND"] = "0";
        start.Environment["PARLEY_RETRY_DELAY_SECONDS"] = "0";
        start.Environment["PARLEY_MAX_ATTEMPTS"] = "1000";
        if (Database is not null)
            start.Environment["DATABASE_URL"] = Database;

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(Ready, StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_words)
                _words.Add(line.Data ?? "");
        };
        process.Exited += (_, _) =>
        {
            ready.TrySetException(new InvalidOperationException($"The server ended before it was ready. {Words}"));
        };
        _process?.Dispose();
        _process = process;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return ready.Task;
    }

    /// <summary>Stops it in the middle of whatever it does, until <see cref="WakeAsync"/>.</summary>
    internal Task PauseAsync() => SignalAsync("-STOP");

    internal Task WakeAsync() => SignalAsync("-CONT");

    /// <summary>As a person stops it.</summary>
    internal async Task StopAsync()
    {
        await SignalAsync("-TERM");
        await _process!.WaitForExitAsync();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary><c>kill -9</c>.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        if (folder is null)
            Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
