using System.Diagnostics;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>A server of the real binary on a free port, with a data folder of its own, for all tests of a class.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private const string Ready = "Parley is listening on ";
    private static readonly TimeSpan Startup = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;
    private Process? _process;
    private Task<CliRun>? _cast;

    public string DataFolder => Path.Combine(_folder, "data");

    public string Url { get; private set; } = "";

    /// <summary>What a user of this machine would have in the environment: nothing but where things are kept.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PARLEY_DATA"] = DataFolder,
        ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config"),
    };

    public async ValueTask InitializeAsync() => Url = await StartAsync("0");

    /// <summary>Plays a demo the first time, so that its actors are there to be written to.</summary>
    public Task<CliRun> CastAsync() => _cast ??= RunAsync("demo", "squad", "--fast");

    /// <summary>Kills the server, as a power cut would, and starts it again at the same address.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync($"{new Uri(Url).Port}");
    }

    /// <summary>Runs a command as a user of this machine.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) => Binary.RunAsync(Environment, arguments, TestContext.Current.CancellationToken);

    /// <summary>The same with more, or something else, in the environment.</summary>
    public Task<CliRun> RunAsync(IReadOnlyDictionary<string, string> more, params string[] arguments) =>
        Binary.RunAsync(
            Environment.Where(variable => !more.ContainsKey(variable.Key)).Concat(more).ToDictionary(),
            arguments, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> StartAsync(string port)
    {
        var url = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(Binary.Command(Environment, "serve", "--port", port, "--data", DataFolder))!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Ready, StringComparison.Ordinal) is >= 0 and var at)
                url.TrySetResult(line.Data[(at + Ready.Length)..].Trim());
        };
        _process.ErrorDataReceived += (_, _) => { };
        _process.Exited += (_, _) => url.TrySetException(new InvalidOperationException("The server ended before it was ready."));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await url.Task.WaitAsync(Startup);
    }

    private async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }
}
