using System.Diagnostics;
using System.Globalization;

namespace Parley.Cli.Tmux;

/// <summary>The processes of this machine: from <c>/proc</c> on Linux, from <c>ps</c> elsewhere.</summary>
internal static class ProcessTable
{
    private const string Proc = "/proc";

    public static async Task<ProcessTree> ReadAsync(CancellationToken cancellationToken) =>
        new(Directory.Exists($"{Proc}/self") ? FromProc() : await FromPsAsync(cancellationToken));

    /// <summary>A variable in the environment that a process was started with; null if it has none, or the system does not tell.</summary>
    public static string? Variable(int pid, string name)
    {
        try
        {
            return File.ReadAllText($"{Proc}/{pid}/environ").Split('\0').FirstOrDefault(variable => variable.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The folder that a process is in; null if the system does not tell.</summary>
    public static string? Folder(int pid)
    {
        try
        {
            return new FileInfo($"{Proc}/{pid}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<ProcessRow> FromProc()
    {
        foreach (var folder in Directory.EnumerateDirectories(Proc))
        {
            if (int.TryParse(folder.AsSpan(Proc.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } row)
                yield return row;
        }
    }

    private static ProcessRow? Read(int pid)
    {
        try
        {
            // "pid (name) state parent ...": the name may have blanks and parentheses.
            var stat = File.ReadAllText($"{Proc}/{pid}/stat");
            var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
            var parent = int.Parse(stat[(close + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            var arguments = File.ReadAllText($"{Proc}/{pid}/cmdline").TrimEnd('\0').Split('\0');
            return new ProcessRow(pid, parent, stat[(open + 1)..close], arguments);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static async Task<IEnumerable<ProcessRow>> FromPsAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("ps", ["-axo", "pid=,ppid=,args="]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var rows = new List<ProcessRow>();
        foreach (var line in output.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 2 && int.TryParse(words[0], out var pid) && int.TryParse(words[1], out var parent))
                rows.Add(new ProcessRow(pid, parent, words[2][(words[2].LastIndexOf('/') + 1)..], words[2..]));
        }

        return rows;
    }
}
