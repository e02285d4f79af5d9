using System.Diagnostics;
using System.Text.Json;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary><c>parley tmux bridge --json</c>, until it is disposed.</summary>
internal sealed class RunningBridge : IDisposable
{
    private readonly Process _process;
    private readonly List<JsonElement> _lines = [];
    private readonly List<string> _notes = [];

    public RunningBridge(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> more)
    {
        _process = Process.Start(Binary.Command(environment, new[] { "tmux", "bridge", "--json" }.Concat(more)))!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
                Add(_lines, JsonElement.Parse(text));
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
                Add(_notes, text);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The outcome and the reason of each wake of an agent.</summary>
    public IReadOnlyList<(string Outcome, string? Detail)> Of(string agent)
    {
        lock (_lines)
        {
            return
            [
                .. _lines.Where(line => line.GetProperty("agent_id").GetString() == agent)
                    .Select(line => (line.GetProperty("outcome").GetString()!, line.GetProperty("detail").GetString())),
            ];
        }
    }

    public string Notes
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _notes);
        }
    }

    public Task UntilAsync(string agent, Func<(string Outcome, string? Detail), bool> isIt) =>
        TmuxServer.UntilAsync(() => Task.FromResult(Of(agent).Any(isIt)), () => $"No such wake of {agent}: {string.Join(", ", Of(agent))}. {Notes}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Add<T>(List<T> to, T item)
    {
        lock (_lines)
            to.Add(item);
    }
}
