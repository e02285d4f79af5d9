using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What goes wrong when people start a server or move its data: each ends with a sentence that says what to do, and nothing of the program's insides.</summary>
public sealed class StartMistakesTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private static readonly Dictionary<string, Mistake> Mistakes = new(StringComparer.Ordinal)
    {
        ["port of another server"] = new(_ => ["--port", "{port}"], 1, "is in use by another Parley server (version "),
        ["port of another program"] = new(_ => ["--port", "{taken}"], 1, "--port (0 picks a free one)"),
        ["folder of another server"] = new(_ => ["--data", "{data}"], 1, "is in use by another Parley server, at {url}. Use that one, stop it, or name another folder with --data."),
        ["host that nobody knows"] = new(_ => ["--host", "nosuch.invalid"], 1, "The host name 'nosuch.invalid' is not known on this machine"),
        ["address of another machine"] = new(_ => ["--host", "203.0.113.7"], 1, "203.0.113.7 is not an address of this machine. Give --host"),
        ["port out of range"] = new(_ => ["--port", "99999"], 2, "port (--port): '99999' is too large. Give a whole number from 0 to 65535."),
        ["folder is a file"] = new(folder => ["--data", Write(folder, "file", "x")], 1, "is a file. Name a folder with --data."),
        ["folder below a file"] = new(folder => ["--data", Path.Combine(Write(folder, "file", "x"), "data")], 1, "or name another folder with --data."),
        ["database in no folder"] = new(folder => ["--database", Path.Combine(folder, "no", "parley.db")], 1, "Create it, or name another file with --database."),
        ["database is text"] = new(folder => ["--database", Write(folder, "text.db", "Dear diary, this is a text and no database.")], 1, "it is damaged, or no database at all"),
        ["database cut short"] = new(folder => ["--database", Cut(Path.Combine(folder, "whole.db"))], 1, "Put a backup in its place with 'parley restore FILE --replace'"),
        ["database of a newer version"] = new(folder => ["--database", Version(Path.Combine(folder, "whole.db"), 999)], 1, "made by a newer Parley"),
        ["database of another program"] = new(folder => ["--database", Version(Path.Combine(folder, "whole.db"), 0)], 1, "belongs to another program"),
        ["no such PostgreSQL"] = new(_ => ["--database", "postgres://parley@127.0.0.1:1/parley"], 1, "Check that it runs and takes connections from here"),
        ["log is a folder"] = new(folder => ["--log-file", folder], 2, "is a folder. Name a file."),
        ["settings are no JSON"] = new(folder => ["--config", Write(folder, "parley.json", "{\"port\": ")], 2, "is not valid JSON"),
        ["setting that is none"] = new(folder => ["--config", Write(folder, "parley.json", "{\"prt\": 1}")], 2, "belongs to no setting. Did you mean 'port'?\n"),
        ["variable that is wrong"] = new(_ => [], 2, "'many' is not a whole number", ("PARLEY_MAILBOX_LIMIT", "many")),
        ["variable that is none"] = new(_ => [], 2, "Did you mean 'PARLEY_PORT'?", ("PARLEY_PROT", "1")),
        ["certificate that is not there"] = new(_ => ["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"], 2, "Give a PEM certificate"),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-mistakes-").FullName;

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_start_that_is_impossible_ends_with_what_to_do(string name)
    {
        var mistake = Mistakes[name];
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string Fill(string text) => text.Replace("{port}", $"{new Uri(server.Url).Port}", StringComparison.Ordinal)
            .Replace("{taken}", $"{((IPEndPoint)taken.LocalEndpoint).Port}", StringComparison.Ordinal)
            .Replace("{data}", server.DataFolder, StringComparison.Ordinal).Replace("{url}", server.Url, StringComparison.Ordinal);
        await BackUpAsync();
        string[] arguments = [.. mistake.Arguments(_folder).Select(Fill)];
        string[] usual = [.. arguments.Contains("--data") ? [] : new[] { "--data", Path.Combine(_folder, "data") }, .. arguments.Contains("--port") ? [] : new[] { "--port", "0" }];

        var run = await RunAsync(mistake.Variable is { } variable ? new() { [variable.Name] = variable.Value } : [], ["serve", "--log-level", "error", .. usual, .. arguments]);

        Assert.Equal((mistake.ExitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("parley: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(Fill(mistake.Sentence), run.Error, StringComparison.Ordinal);
        AssertNoInsides(run);
    }

    [Fact]
    public async Task The_program_that_uses_the_port_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone says it in files.");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var run = await RunAsync([], "serve", "--data", Path.Combine(_folder, "data"), "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");

        Assert.Contains($"(process {Environment.ProcessId}). Stop it, or choose another port with --port", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ports below 1024", "--port", "80")]
    [InlineData("let this user write there", "--data", "closed")]
    public async Task A_missing_permission_is_named(string sentence, string flag, string value)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Rights are taken away by a tool of Linux.");
        Assert.SkipUnless(int.Parse(await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_unprivileged_port_start", Cancel)) > 80, "Here everybody may listen on any port.");
        var closed = Directory.CreateDirectory(Path.Combine(_folder, "closed")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] place = flag == "--data" ? ["--port", "0", flag, Path.Combine(closed, value)] : [flag, value, "--data", Path.Combine(_folder, "data")];
        var start = Binary.Command(new Dictionary<string, string>(), ["serve", "--log-level", "error", .. place]);
        if (Environment.IsPrivilegedProcess)
        {
            start.ArgumentList.Insert(0, start.FileName);
            start.ArgumentList.Insert(0, "--bounding-set=-all");
            start.ArgumentList.Insert(0, "--inh-caps=-all");
            start.FileName = "setpriv";
        }

        var run = await Binary.RunAsync(start, Cancel);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        AssertNoInsides(run);
    }

    [Fact]
    public async Task A_damaged_history_index_is_rebuilt()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "index.db"), "This was an index once, and now it is a text.", Cancel);
        using var process = Process.Start(Binary.Command(new Dictionary<string, string>(), "serve", "--port", "0", "--data", data, "--log-level", "error"))!;

        var first = await process.StandardOutput.ReadLineAsync(Cancel);
        process.Kill();
        await process.WaitForExitAsync(Cancel);

        Assert.StartsWith("Parley is listening on ", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_environment_stops_nothing_and_the_database_file_is_named()
    {
        var environment = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = "sqlite:///./agents.db",
            ["HOST"] = "somewhere.invalid",
            ["PARLEY_PORT"] = "tcp://10.0.0.1:8080",
            ["PARLEY_SERVICE_HOST"] = "10.0.0.1",
            ["PORT"] = "0",
        };
        var start = Binary.Command(environment, "serve", "--data", Path.Combine(_folder, "data"), "--log-level", "error");
        start.WorkingDirectory = _folder;
        using var process = Process.Start(start)!;

        string?[] said = [await process.StandardOutput.ReadLineAsync(Cancel), await process.StandardOutput.ReadLineAsync(Cancel), await process.StandardError.ReadLineAsync(Cancel)];
        process.Kill();
        await process.WaitForExitAsync(Cancel);

        Assert.StartsWith("Parley is listening on http://127.0.0.1:", said[0], StringComparison.Ordinal);
        Assert.Contains($"{Path.GetFileName(_folder)}{Path.DirectorySeparatorChar}agents.db, in SQLite", said[1], StringComparison.Ordinal);
        Assert.Equal("HOST is set, but not used. PARLEY_HOST sets the address to listen on.", said[2]);
        Assert.True(File.Exists(Path.Combine(_folder, "agents.db")));
    }

    [Theory]
    [InlineData("import", "text.db", 1, "no database at all")]
    [InlineData("import", "foreign.db", 1, "belongs to another program")]
    [InlineData("import", "used.db", 7, "An import needs an empty database")]
    [InlineData("export", "text.db", 1, "no database at all")]
    [InlineData("export", "foreign.db", 1, "belongs to another program")]
    [InlineData("backup", "text.db", 1, "no database at all")]
    public async Task A_move_from_or_into_the_wrong_database_is_refused_and_changes_nothing(string command, string database, int exitCode, string sentence)
    {
        var whole = await BackUpAsync();
        var file = Path.Combine(_folder, database);
        if (database == "text.db")
            Write(_folder, database, "Dear diary, this is a text and no database.");
        else
            File.Copy(whole, file);
        if (database == "foreign.db")
            Version(file, 0);
        var export = Path.Combine(_folder, "export.jsonl");
        Assert.Equal(0, (await server.RunAsync("export", "--data", server.DataFolder, "--output", export)).ExitCode);
        var before = await File.ReadAllBytesAsync(file, Cancel);

        string[] words = command == "import" ? [export] : ["--output", Path.Combine(_folder, "out")];
        var run = await RunAsync([], [command, .. words, "--data", Path.Combine(_folder, "data"), "--database", file]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Cancel));
        AssertNoInsides(run);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static void AssertNoInsides(CliRun run)
    {
        Assert.DoesNotContain("   at ", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Output + run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        environment["XDG_CONFIG_HOME"] = _folder;
        var start = Binary.Command(environment, arguments);
        start.WorkingDirectory = _folder;
        return Binary.RunAsync(start, Cancel);
    }

    /// <summary>A database of Parley's in one file, whole.</summary>
    private async Task<string> BackUpAsync()
    {
        var file = Path.Combine(_folder, "whole.db");
        Assert.Equal(0, (await server.RunAsync("backup", "--data", server.DataFolder, "--output", file)).ExitCode);
        return file;
    }

    private static string Write(string folder, string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text, Encoding.ASCII);
        return file;
    }

    private static string Cut(string file)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.SetLength(stream.Length / 2);
        return file;
    }

    /// <summary>The number that SQLite keeps for a program, which is 0 in files of programs that keep none: https://www.sqlite.org/fileformat2.html#user_version_number.</summary>
    private static string Version(string file, int version)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, version);
        using var stream = new FileStream(file, FileMode.Open) { Position = 60 };
        stream.Write(number);
        return file;
    }

    /// <param name="Arguments">By a folder of the test's own.</param>
    private sealed record Mistake(Func<string, string[]> Arguments, int ExitCode, string Sentence, (string Name, string Value)? Variable = null);
}
