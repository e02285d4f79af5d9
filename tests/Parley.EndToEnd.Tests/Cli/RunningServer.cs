using System.Diagnostics;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>A server of the real binary on a free port, with a data folder of its own, for all tests of a class.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private const string Ready = "Parley is listening on ";
    private static readonly TimeSpan Startup = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public string DataFolder => Path.Combine(_folder, "data");

    public string Url { get; private set; } = "";

    /// <summary>What a user of this machine would have in the environment: nothing but where things are kept.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PARLEY_DATA"] = DataFolder,
        ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config"),
    };

    public async ValueTask InitializeAsync()
    {
        _process = Process.Start(Binary.Command(Environment, "serve", "--port", "0", "--data", DataFolder))!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Ready, StringComparison.Ordinal) is >= 0 and var at)
                _url.TrySetResult(line.Data[(at + Ready.Length)..].Trim());
        };
        _process.ErrorDataReceived += (_, _) => { };
        _process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException("The server ended before it was ready."));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Url = await _url.Task.WaitAsync(Startup);
    }

    /// <summary>Runs a command as a user of this machine.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) => Binary.RunAsync(Environment, arguments, TestContext.Current.CancellationToken);

    /// <summary>The same with more in the environment.</summary>
    public Task<CliRun> RunAsync(IReadOnlyDictionary<string, string> more, params string[] arguments) =>
        Binary.RunAsync(Environment.Concat(more).ToDictionary(), arguments, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            process.WaitForExit();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
