using System.Diagnostics;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Server.Settings;

namespace Parley.Cli.Bench;

/// <summary>The server to measure: a running one, or one that is started for the measurement, with its own process and data folder.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private const string Greeting = "Parley is listening on ";

    private readonly Call _call;
    private readonly Process? _process;
    private readonly Queue<string> _complaints = [];

    private BenchServer(Call call, ParleyOptions options, Process? process, string? dataFolder, bool isOwn)
    {
        _call = call;
        Options = options;
        _process = process;
        DataFolder = dataFolder;
        IsOwn = isOwn;
    }

    /// <summary>Its address, with a token that may create projects.</summary>
    public ParleyOptions Options { get; private set; }

    /// <summary>Whether it was started for the measurement and is removed afterward.</summary>
    public bool IsOwn { get; }

    /// <summary>The folder of its data; null if unknown or on another machine.</summary>
    public string? DataFolder { get; }

    /// <summary>Whether its processor time and memory can be measured.</summary>
    public bool IsHere => _process is not null;

    /// <summary>Its processor time since the start; null if it cannot be measured.</summary>
    public TimeSpan? ProcessorTime
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime;
        }
    }

    /// <summary>Its resident memory in bytes; null if it cannot be measured.</summary>
    public long? ResidentBytes
    {
        get
        {
            _process?.Refresh();
            return _process?.WorkingSet64;
        }
    }

    /// <summary>The server that was named, or else a new one, so that a server in use is not filled with messages by accident.</summary>
    public static async Task<BenchServer> OpenAsync(Call call)
    {
        var named = call.Options.Url ?? Environment.GetEnvironmentVariable("PARLEY_URL");
        return string.IsNullOrWhiteSpace(named) ? await StartAsync(call) : Attach(call);
    }

    /// <summary>Starts another server on an empty data folder, which is removed afterward.</summary>
    public Task<BenchServer> StartAnotherAsync() => StartAsync(_call);

    public async ValueTask DisposeAsync()
    {
        if (IsOwn && _process is { } process)
        {
            // Nothing of it is kept, so it does not need to shut down properly.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            Directory.Delete(DataFolder!, recursive: true);
        }

        _process?.Dispose();
    }

    private static BenchServer Attach(Call call)
    {
        var location = call.Location;
        var options = call.Options with { Url = location.Url.ToString(), Token = location.RequireToken(), Project = null, AgentId = null };
        return new BenchServer(
            call,
            options,
            // A proxy in front of the nodes is not one of them.
            location.Url.IsLoopback && ListeningProcess.Find(location.Url.Port) is { ProcessName: "parley" or "dotnet" } process ? process : null,
            // The join token is found only if the folder belongs to this server.
            location.JoinToken is not null ? location.DataFolder : null,
            isOwn: false);
    }

    private static async Task<BenchServer> StartAsync(Call call)
    {
        // Next to the data of a real server, so that it is on the same disk. A temporary folder may be in memory.
        var beside = Path.GetDirectoryName(Path.GetFullPath(Doctor.DataFolder.Of(call.Options)))!;
        var folder = Directory.CreateDirectory(Path.Combine(beside, $"parley-bench-{Guid.NewGuid():N}")).FullName;
        var process = new Process { StartInfo = StartInfo(folder, ["serve", "--port", "0", "--data", folder, "--log-level", "warning"]) };
        var server = new BenchServer(call, call.Options, process, folder, isOwn: true);
        process.ErrorDataReceived += (_, line) => server.Complain(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        try
        {
            var address = await server.ReadAddressAsync(call);
            var token = (await File.ReadAllTextAsync(Path.Combine(folder, "admin.token"), call.Cancellation)).Trim();
            server.Options = call.Options with { Url = address, Token = token, Project = null, AgentId = null };
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs this very program in a folder, with its output redirected.</summary>
    public static ProcessStartInfo StartInfo(string folder, IReadOnlyList<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new CommandException(ExitCode.Failed, "This program does not know its own file.", "Name a server with --url.");
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Path.GetFullPath(Environment.GetCommandLineArgs()[0]));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        // Settings for a real server must not influence the figures.
        foreach (var setting in SettingsTable.All)
        {
            start.Environment.Remove($"PARLEY_{setting.Name.ToUpperInvariant()}");
            foreach (var alias in setting.Aliases)
                start.Environment.Remove(alias);
        }

        start.Environment.Remove("PARLEY_CONFIG");
        return start;
    }

    private async Task<string> ReadAddressAsync(Call call)
    {
        var output = _process!.StandardOutput;
        using var patience = new CancellationTokenSource(StartPatience, call.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, patience.Token);
        try
        {
            while (await output.ReadLineAsync(either.Token) is { } line)
            {
                if (!line.StartsWith(Greeting, StringComparison.Ordinal))
                    continue;
                _ = output.ReadToEndAsync(CancellationToken.None); // Otherwise it would eventually block on a full pipe.
                return line[Greeting.Length..].Trim();
            }
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.TimedOut, $"The server did not start within {StartPatience.TotalSeconds:0} s: {Complaints()}");
        }

        throw new CommandException(ExitCode.Failed, $"The server exited while starting: {Complaints()}");
    }

    private void Complain(string? line)
    {
        lock (_complaints)
        {
            if (line is not null && _complaints.Count < 20)
                _complaints.Enqueue(line);
        }
    }

    private string Complaints()
    {
        lock (_complaints)
            return string.Join(' ', _complaints);
    }
}
