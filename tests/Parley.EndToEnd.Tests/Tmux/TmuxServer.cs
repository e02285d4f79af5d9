using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.EndToEnd.Tests.Cli;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary>A tmux server of a test's own, out of reach of the machine's, with panes in which the stub runs.</summary>
internal sealed class TmuxServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _root = Directory.CreateTempSubdirectory("parley-tmux-").FullName;
    private bool _isRunning;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Where tmux keeps its sockets.</summary>
    public string Folder => _root;

    /// <summary>What <c>parley</c> needs to find it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["TMUX_TMPDIR"] = _root, ["TMUX"] = "" };

    /// <summary>Opens a pane with the stub, which looks like Claude Code, in a work tree of its own.</summary>
    /// <param name="name">The name of the work tree.</param>
    /// <param name="variables">Those of the stub.</param>
    /// <param name="size">Columns and rows.</param>
    public async Task<StubPane> OpenAsync(string name, IReadOnlyDictionary<string, string>? variables = null, (int Columns, int Rows)? size = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, ".git"));
        var program = Path.Combine(_root, "bin", "claude");
        if (!File.Exists(program))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(program)!);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Tmux", "agent.py"), program);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        }

        var settings = new Dictionary<string, string>(variables ?? new Dictionary<string, string>()) { ["STUB_FOLDER"] = folder };
        var words = string.Join(' ', settings.Select(variable => $"{variable.Key}={Quoted(variable.Value)}"));
        // In a shell, as people start programs.
        var id = await OpenShellAsync(folder, size);
        await RunAsync("send-keys", "-t", id, "-l", $"{words} {program}");
        await RunAsync("send-keys", "-t", id, "Enter");
        var pane = new StubPane(this, id, folder);
        await pane.SeesAsync("started");
        return pane;
    }

    /// <summary>Opens a pane with a plain shell, whose prompt is <c>$ </c>.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> OpenShellAsync(string? folder = null, (int Columns, int Rows)? size = null)
    {
        var (columns, rows) = size ?? (100, 24);
        string[] command = ["-P", "-F", "#{pane_id}", "-c", folder ?? _root, "-e", "PS1=$ ", "-e", "HISTFILE=/dev/null", "bash", "--norc", "--noprofile"];
        var id = _isRunning
            ? await RunAsync(["new-window", "-d", .. command])
            : await RunAsync(["new-session", "-d", "-s", "main", "-x", Text(columns), "-y", Text(rows), .. command]);
        _isRunning = true;
        if (size is not null)
            await RunAsync("resize-window", "-t", id.Trim(), "-x", Text(columns), "-y", Text(rows));
        return id.Trim();
    }

    public async Task<string> RunAsync(params string[] arguments)
    {
        var run = await Binary.RunAsync(Binary.CommandOf("tmux", Environment, ["-u", "-L", "test", "-f", "/dev/null", .. arguments]), Cancel);
        Assert.True(run.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {run.Error}");
        return run.Output;
    }

    public Task<string> ScreenAsync(string id) => RunAsync("capture-pane", "-p", "-t", id);

    public void Dispose()
    {
        if (_isRunning)
            Binary.RunAsync(Binary.CommandOf("tmux", Environment, ["-L", "test", "kill-server"]), CancellationToken.None).GetAwaiter().GetResult();
        Directory.Delete(_root, recursive: true);
    }

    internal static Task UntilAsync(Func<Task<bool>> isSo, string what) => UntilAsync(isSo, () => what);

    internal static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        var came = await Until.TrueAsync(isSo, Patience, Cancel);
        Assert.True(came, what());
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

/// <summary>A pane with the stub in it.</summary>
internal sealed class StubPane(TmuxServer server, string id, string folder)
{
    public string Id => id;

    public string Folder => folder;

    /// <summary>What happened to the stub, in order.</summary>
    public IReadOnlyList<JsonElement> Log
    {
        get
        {
            var file = Path.Combine(folder, "log");
            // The last line may be half written.
            return File.Exists(file) ? [.. File.ReadAllText(file).Split('\n')[..^1].Select(line => JsonElement.Parse(line))] : [];
        }
    }

    /// <summary>The prompts that were submitted.</summary>
    public IReadOnlyList<string> Submitted => [.. Log.Where(line => line.TryGetProperty("submitted", out _)).Select(line => line.GetProperty("submitted").GetString()!)];

    public bool Has(string what) => Log.Any(line => line.TryGetProperty(what, out _));

    public Task SeesAsync(string what) => TmuxServer.UntilAsync(() => Task.FromResult(Has(what)), () => $"'{what}' did not happen in {id}.");

    /// <summary>Tells the stub what to do, and waits until it does.</summary>
    public async Task DoAsync(string command)
    {
        var before = Log.Count;
        // Opened for both, or a missing reader would hold the test.
        await using (var control = new FileStream(Path.Combine(folder, "control"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            await control.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\n"), TestContext.Current.CancellationToken);
        if (command != "exit")
            await TmuxServer.UntilAsync(() => Task.FromResult(Log.Count > before), () => $"The stub in {id} did not do '{command}'.");
    }

    /// <summary>What the person at the terminal types.</summary>
    public Task TypeAsync(string keys) => server.RunAsync("send-keys", "-t", id, "-l", keys);
}
