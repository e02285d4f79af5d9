using System.Text.Json;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Migration;

/// <summary>The file of a plan. Held by one command at a time.</summary>
internal sealed class MigrationFile : IDisposable
{
    private const string Name = "plan.json";

    private readonly string _path;
    private readonly FileStream _lock;

    private MigrationFile(string path, FileStream held)
    {
        _path = path;
        _lock = held;
    }

    /// <summary>Takes the file, which need not exist.</summary>
    /// <exception cref="CommandException">Another command has it.</exception>
    public static MigrationFile Hold(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new MigrationFile(Path.Combine(folder, Name), new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException held)
        {
            throw new CommandException(ExitCode.Conflict, $"Another command works on the migration in {folder}.", "Wait until it has ended, or stop it; it goes on where it was.", held);
        }
    }

    /// <summary>The plan; null if there is none.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static MigrationPlan? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), MigrationJson.Default.MigrationPlan) : null;
        }
        catch (JsonException broken)
        {
            throw new CommandException(ExitCode.Failed, $"{path} is not a plan: {broken.Message}", "Correct the file, or remove it and plan again.", broken);
        }
    }

    /// <summary>Replaces the plan in one step, so that it is never half written.</summary>
    public void Write(MigrationPlan plan)
    {
        var beside = $"{_path}.new";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, plan, MigrationJson.Default.MigrationPlan);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, _path, overwrite: true);
    }

    /// <summary>Puts the plan away, so that another can be made.</summary>
    /// <returns>Where it is kept.</returns>
    public string Archive(MigrationPlan plan)
    {
        var to = Path.Combine(Path.GetDirectoryName(_path)!, $"plan-{plan.Id}.json");
        File.Move(_path, to, overwrite: true);
        return to;
    }

    public void Dispose() => _lock.Dispose();
}
