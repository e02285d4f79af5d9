using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Parley.Cli.Serve;

/// <summary>Finds out who is listening on a port of this machine, as far as this user can see.</summary>
internal static class PortHolder
{
    private const string ListeningState = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>A program that takes longer than this to answer counts as not answering.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>What is known, as a noun: <c>another Parley server (version 1.2.3, process 4711)</c>; null if nothing is known.</returns>
    public static async Task<string?> FindAsync(string host, int port, CancellationToken cancellationToken)
    {
        var process = Process(port);
        if (await ParleyVersionAsync(host, port, cancellationToken) is { } version)
            return $"another Parley server (version {version}{(process is null ? "" : $", process {process.Value.Id}")})";
        return process is null ? null : $"'{process.Value.Name}' (process {process.Value.Id})";
    }

    /// <summary>The version of a Parley server that answers on the port.</summary>
    private static async Task<string?> ParleyVersionAsync(string host, int port, CancellationToken cancellationToken)
    {
        var isEverywhere = host == "*" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
        using var http = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            using var answer = await http.GetAsync(new UriBuilder("http", isEverywhere ? "127.0.0.1" : host, port, "/health").Uri, cancellationToken);
            using var health = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            // Requires all three, because other servers have a page of that name too.
            return health.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("status", out _) && root.TryGetProperty("reason", out _)
                && root.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.String
                    ? version.GetString()
                    : null;
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>From Linux's tables. On other systems, and for other users' processes, nothing is known.</summary>
    private static (string Id, string Name)? Process(int port)
    {
        var sockets = Tables.SelectMany(table => Sockets(table, port)).ToHashSet(StringComparer.Ordinal);
        if (sockets.Count == 0)
            return null;
        var holder = Directory.EnumerateDirectories("/proc").Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit)).FirstOrDefault(folder => Holds(folder, sockets));
        return holder is null ? null : (Path.GetFileName(holder), Read(Path.Combine(holder, "comm")).FirstOrDefault() ?? "");
    }

    /// <summary>In the form of a process's links: <c>socket:[4711]</c>.</summary>
    private static IEnumerable<string> Sockets(string table, int port)
    {
        var end = $":{port.ToString("X4", CultureInfo.InvariantCulture)}";
        return Read(table).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(end, StringComparison.Ordinal) && fields[3] == ListeningState)
            .Select(fields => $"socket:[{fields[9]}]");
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It belongs to another user, or has ended.
            return false;
        }
    }

    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
