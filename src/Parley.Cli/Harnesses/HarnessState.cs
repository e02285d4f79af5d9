using Parley.Cli.CommandLine;

namespace Parley.Cli.Harnesses;

/// <summary>Whether Parley is installed in some settings of a harness.</summary>
internal enum Installed
{
    No,

    /// <summary>Some of it is missing, or it was installed with other options, or by another version.</summary>
    Differently,
    Yes,

    /// <summary>A file cannot be read.</summary>
    Unknown,
}

/// <summary>Where Parley is installed.</summary>
/// <param name="Files">The settings files.</param>
/// <param name="Problem">Why a file cannot be read; null if all can.</param>
internal sealed record InstalledAt(Installed Installed, IReadOnlyList<string> Files, string? Problem)
{
    /// <summary>The commands that the files have for hooks.</summary>
    internal IReadOnlyList<IReadOnlyList<string>> Commands { get; private init; } = [];

    /// <param name="project">The project's folder; null for the user's own settings.</param>
    internal static InstalledAt Look(InstalledHarness harness, string? project)
    {
        var parts = harness.Parts(project, new InstallOptions(MachinePrograms.Own())).ToList();
        var files = parts.Select(static part => part.File).Distinct(StringComparer.Ordinal).ToList();
        try
        {
            var read = files.ToDictionary(static file => file, SettingsFile.Read, StringComparer.Ordinal);
            var all = parts.TrueForAll(part => read[part.File].Ask(part.IsIn, without: false));
            var some = parts.Exists(part => read[part.File].Ask(part.IsPartlyIn, without: false));
            return new InstalledAt(all ? Installed.Yes : some ? Installed.Differently : Installed.No, files, Problem: null)
            {
                Commands = [.. parts.SelectMany(part => read[part.File].Ask(part.Commands, without: []))],
            };
        }
        catch (SettingsException problem)
        {
            return new InstalledAt(Installed.Unknown, files, problem.Message);
        }
    }
}

/// <summary>An agent that a harness runs.</summary>
/// <param name="LastSeen">When its harness last called, or anything else was heard from it.</param>
internal sealed record HarnessAgent(string AgentId, string Activity, DateTimeOffset? LastSeen);

/// <summary>What is known of a harness on this machine.</summary>
/// <param name="Path">Its program; null if it is not on the PATH.</param>
/// <param name="Version">What the program says; null if it does not.</param>
/// <param name="CheckedWith">The version with which Parley was tried.</param>
/// <param name="User">In the user's settings.</param>
/// <param name="Project">In those of the project here.</param>
/// <param name="MissingProgram">A program that the settings call and that does not exist; null if all do.</param>
/// <param name="Agents">Its agents, the last seen first; null if no server said.</param>
internal sealed record HarnessState(
    string Harness, string? Path, string? Version, string CheckedWith, InstalledAt User, InstalledAt Project, string? MissingProgram, IReadOnlyList<HarnessAgent>? Agents)
{
    internal static async Task<HarnessState> LookAsync(InstalledHarness harness, string project, IReadOnlyList<HarnessAgent>? agents, Call call)
    {
        var path = MachinePrograms.Find(harness.Program);
        var (user, here) = (InstalledAt.Look(harness, project: null), InstalledAt.Look(harness, project));
        return new HarnessState(
            harness.Name, path, path is null ? null : await MachinePrograms.VersionAsync(path, call.Time, call.Cancellation), harness.CheckedWith, user, here,
            user.Commands.Concat(here.Commands).Select(ProgramOf).FirstOrDefault(static program => MachinePrograms.Find(program) is null), agents);
    }

    /// <summary>Whether it is on this machine, or was.</summary>
    internal static bool IsHere(InstalledHarness harness) => MachinePrograms.Find(harness.Program) is not null || Directory.Exists(harness.UserFolder);

    /// <summary>The program of a command, which may be a line for a shell.</summary>
    private static string ProgramOf(IReadOnlyList<string> command)
    {
        if (command.Count > 1 || command[0].LastIndexOf(" hook ", StringComparison.Ordinal) is not (> 0 and var at))
            return command[0];
        return command[0][..at].Trim('\'', '"');
    }
}
