namespace Parley.Cli.Tmux;

/// <summary>A program in which a model works in a terminal. Its word is the enum's name in lower case.</summary>
internal enum PaneHarness
{
    Claude,
    Codex,
    Gemini,
    Copilot,
    OpenCode,
    Cursor,
    Goose,
    Aider,
}

/// <summary>A process of this machine.</summary>
/// <param name="Name">Its name according to the system, which some programs change (Copilot's is <c>MainThread</c>).</param>
/// <param name="Arguments">Its command line, with the program.</param>
internal sealed record ProcessRow(int Pid, int Parent, string Name, IReadOnlyList<string> Arguments);

/// <summary>The processes of this machine at one moment, as a tree.</summary>
internal sealed class ProcessTree(IEnumerable<ProcessRow> processes)
{
    // A pane's tree is a shell, a wrapper or two, and the harness. What is further below was started by the harness.
    private const int Deepest = 8;

    private static readonly Dictionary<string, PaneHarness> Programs = new(StringComparer.Ordinal)
    {
        ["claude"] = PaneHarness.Claude,
        ["codex"] = PaneHarness.Codex,
        ["gemini"] = PaneHarness.Gemini,
        ["copilot"] = PaneHarness.Copilot,
        ["opencode"] = PaneHarness.OpenCode,
        ["cursor-agent"] = PaneHarness.Cursor,
        ["goose"] = PaneHarness.Goose,
        ["aider"] = PaneHarness.Aider,
    };

    private static readonly string[] Interpreters = ["node", "bun", "deno", "python", "python3"];

    private readonly ILookup<int, ProcessRow> _children = processes.ToLookup(process => process.Parent);
    private readonly Dictionary<int, ProcessRow> _all = processes.GroupBy(process => process.Pid).ToDictionary(same => same.Key, same => same.First());

    /// <summary>The harness that runs in a pane, and its process; null if none does. The one nearest to the pane's own process counts: a harness may run
    /// another as a tool.</summary>
    /// <param name="panePid">The pane's process.</param>
    public (PaneHarness Harness, int Pid)? HarnessUnder(int panePid)
    {
        var level = _all.TryGetValue(panePid, out var root) ? new List<ProcessRow> { root } : [];
        var seen = new HashSet<int>();
        for (var depth = 0; depth < Deepest && level.Count > 0; depth++)
        {
            foreach (var process in level.OrderBy(process => process.Pid))
            {
                if (HarnessOf(process) is { } harness)
                    return (harness, process.Pid);
            }

            level = [.. level.Where(process => seen.Add(process.Pid)).SelectMany(process => _children[process.Pid])];
        }

        return null;
    }

    private static PaneHarness? HarnessOf(ProcessRow process)
    {
        var program = process.Arguments.Count > 0 ? Basename(process.Arguments[0]) : process.Name;
        if (Known(process.Name) is { } byName)
            return byName;
        if (Known(program) is { } byProgram)
            return byProgram;
        if (!Interpreters.Contains(WithoutVersion(program)) && !Interpreters.Contains(WithoutVersion(process.Name)))
            return null;

        // The script is the first argument that is not an option, such as --max-old-space-size=4096.
        var script = process.Arguments.Skip(1).FirstOrDefault(argument => !argument.StartsWith('-'));
        return script is null ? null : Known(Basename(script));
    }

    /// <summary>Programs are also packaged with their platform in the name: <c>copilot-linux-x64</c>.</summary>
    private static PaneHarness? Known(string name)
    {
        var bare = name.EndsWith(".js", StringComparison.Ordinal) ? name[..^3] : name;
        if (Programs.TryGetValue(bare, out var harness))
            return harness;
        foreach (var platform in new[] { "-linux-", "-darwin-" })
        {
            if (bare.IndexOf(platform, StringComparison.Ordinal) is > 0 and var at && Programs.TryGetValue(bare[..at], out harness))
                return harness;
        }

        return null;
    }

    /// <summary><c>python3.13</c> is <c>python3</c>.</summary>
    private static string WithoutVersion(string name) => name.IndexOf('.') is > 0 and var dot ? name[..dot] : name;

    private static string Basename(string path) => path[(path.LastIndexOf('/') + 1)..];
}
