using Parley.Cli.CommandLine;
using Parley.Cli.Harnesses;
using Parley.Cli.Output;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary>Changes the settings of harnesses, and shows what changes.</summary>
internal static class Changing
{
    /// <exception cref="CommandException">A file cannot be changed as wanted. None was changed.</exception>
    internal static SettingsPlan Plan(IEnumerable<InstalledHarness> harnesses, Action<SettingsPlan, InstalledHarness> change)
    {
        var plan = new SettingsPlan();
        try
        {
            foreach (var harness in harnesses)
                change(plan, harness);
        }
        catch (SettingsException problem)
        {
            throw new CommandException(ExitCode.Conflict, $"{problem.Message}. Nothing was changed.", problem.Remedy, problem);
        }

        return plan;
    }

    /// <summary>Shows each line that changes.</summary>
    internal static void Show(SettingsPlan plan, Call call)
    {
        foreach (var file in plan.Changes)
        {
            call.Terminal.Text.MarkupLine($"[bold]{PlainText.Escape(file.Path)}[/]{(file.Before is null ? " (new)" : file.After is null ? " (deleted)" : "")}");
            foreach (var line in LineChanges.Of(file.Before, file.After))
                call.Terminal.Text.MarkupLine($"  [{(line[0] == '+' ? "green" : "red")}]{PlainText.Escape(line)}[/]");
        }

        if (plan.Changes.Count == 0)
            call.Terminal.Note("Nothing would change.");
    }

    /// <param name="nothing">What to say if no file changes.</param>
    internal static void Write(SettingsPlan plan, string nothing, Call call)
    {
        if (plan.Changes.Count == 0)
            call.Terminal.Note(nothing);
        foreach (var file in plan.Changes)
        {
            try
            {
                var backup = file.Write(call.Time);
                call.Terminal.Text.MarkupLine($"{(file.After is null ? "Deleted" : file.Before is null ? "Wrote" : "Changed")} {PlainText.Escape(file.Path)}");
                if (backup is not null)
                    call.Terminal.Note($"Before: {backup}");
            }
            catch (SettingsException problem)
            {
                throw new CommandException(ExitCode.Failed, $"{problem.Message}.", problem.Remedy, problem);
            }
        }
    }

    internal static void NextSteps(IEnumerable<InstalledHarness> harnesses, string? project, Call call)
    {
        foreach (var step in harnesses.Select(harness => harness.NextStep(project)).OfType<string>())
            call.Terminal.Text.MarkupLine(PlainText.Escape(step));
    }
}
