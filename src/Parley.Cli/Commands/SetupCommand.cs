using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Harnesses;
using Parley.Cli.Output;

namespace Parley.Cli.Commands;

/// <summary><c>parley setup</c></summary>
internal static class SetupCommand
{
    internal static readonly Option<bool> Interrupt = new("--interrupt")
    {
        Description = "Let messages with the surface 'interrupt' refuse the next tool that the model asks for, so that it reads them first.",
    };

    internal static readonly Option<bool> NoMcp = new("--no-mcp") { Description = "Only the hooks, not the MCP server." };

    public static Command Create()
    {
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var undo = new Option<bool>("--undo") { Description = "Take Parley out of the settings of all harnesses again." };
        return new CliCommand(
            "setup", "Connects every harness on this machine to Parley: shows what it would change in their settings, asks, and does it.",
            "parley setup", "parley setup --yes", "parley setup --undo")
        {
            yes, undo, Interrupt, NoMcp,
        }.Does(call =>
        {
            var isUndo = call.Arguments.GetValue(undo);
            var harnesses = isUndo ? InstalledHarness.All : [.. InstalledHarness.All.Where(HarnessState.IsHere)];
            if (harnesses.Count == 0)
            {
                throw new CommandException(
                    ExitCode.NotFound, $"None of {OneOfWords.Listed([.. InstalledHarness.All.Select(static harness => harness.Title)])} was found: neither its program on the PATH nor its settings.");
            }

            var options = Options(call);
            var plan = Changing.Plan(harnesses, (to, harness) =>
            {
                if (isUndo)
                    to.Remove(harness, project: null);
                else
                    to.Install(harness, project: null, options);
            });
            call.Terminal.Note(isUndo ? "Looked at the settings of all harnesses." : $"Found {OneOfWords.Listed([.. harnesses.Select(static harness => harness.Title)], "and")}.");
            Changing.Show(plan, call);
            if (plan.Changes.Count == 0)
                return Task.FromResult(ExitCode.Done);
            if (!call.Arguments.GetValue(yes) && !IsWanted(call))
            {
                call.Terminal.Note("Nothing was changed.");
                return Task.FromResult(ExitCode.Failed);
            }

            Changing.Write(plan, "Nothing to do.", call);
            if (!isUndo)
            {
                Changing.NextSteps(harnesses, project: null, call);
                call.Terminal.WriteLine("Sessions that are already open may have to be started again. 'parley doctor' tries each harness's hook.");
            }

            return Task.FromResult(ExitCode.Done);
        });
    }

    internal static InstallOptions Options(Call call) => new(MachinePrograms.Own())
    {
        Interrupt = call.Arguments.GetValue(Interrupt),
        Mcp = !call.Arguments.GetValue(NoMcp),
    };

    private static bool IsWanted(Call call)
    {
        if (Console.IsInputRedirected)
            throw new CommandException(ExitCode.UsedWrongly, "Nothing was changed: there is nobody to ask.", $"To change it: {OwnName.Text} setup --yes");
        call.Terminal.Note("Change these files? [y/N]");
        return Console.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
