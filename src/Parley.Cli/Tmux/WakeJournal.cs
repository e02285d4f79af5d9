using System.Text.Json;

namespace Parley.Cli.Tmux;

/// <summary>What bridges have typed on this machine: a line of JSON for each wake. Several bridges may write to it.</summary>
internal sealed class WakeJournal(string folder)
{
    private const long MostBytes = 4 * 1024 * 1024;

    private readonly string _path = Path.Combine(folder, "tmux-wakes.jsonl");

    public static WakeJournal OfThisUser => new(StateFolder.Find(Environment.GetEnvironmentVariable));

    /// <summary>Adds a line. That it cannot be written is no reason not to type.</summary>
    public void Add(BridgeLine line)
    {
        try
        {
            Directory.CreateDirectory(folder);
            if (new FileInfo(_path) is { Exists: true, Length: > MostBytes })
                File.Move(_path, $"{_path}.old", overwrite: true);
            File.AppendAllText(_path, JsonSerializer.Serialize(line, TmuxLines.Json.BridgeLine) + "\n");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The report of a migration will know less.
        }
    }

    /// <summary>The lines since a time, oldest first. Lines that cannot be read are left out.</summary>
    public IReadOnlyList<BridgeLine> Read(DateTimeOffset since)
    {
        var lines = new List<BridgeLine>();
        foreach (var file in new[] { $"{_path}.old", _path })
        {
            if (!File.Exists(file))
                continue;
            foreach (var text in File.ReadLines(file))
            {
                try
                {
                    if (JsonSerializer.Deserialize(text, TmuxLines.Json.BridgeLine) is { } line && line.At >= since)
                        lines.Add(line);
                }
                catch (JsonException)
                {
                    // A process was killed in the middle of it.
                }
            }
        }

        return lines;
    }
}
