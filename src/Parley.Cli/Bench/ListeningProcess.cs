using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Parley.Cli.Bench;

/// <summary>Finds the process that listens on a port of this machine, on Linux.</summary>
internal static class ListeningProcess
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    private const string Listening = "0A";
    private const int LocalAddress = 1;
    private const int State = 3;
    private const int Inode = 9;

    /// <summary>The process; null if it cannot be determined, on another system or if it belongs to another user.</summary>
    public static Process? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var sockets = Tables.Where(File.Exists)
            .SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(socket => socket[State] == Listening && PortOf(socket[LocalAddress]) == port)
            .Select(socket => $"socket:[{socket[Inode]}]")
            .ToHashSet();
        return sockets.Count == 0 ? null : Process.GetProcesses().FirstOrDefault(process => Holds(process, sockets));
    }

    private static int PortOf(string address) =>
        int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool Holds(Process process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process.Id}/fd")
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // It belongs to another user or has ended, so it cannot be measured.
            return false;
        }
    }
}
