using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Doctor;
using Parley.Cli.Output;
using Parley.Server.Settings;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley doctor</c></summary>
internal static class DoctorCommand
{
    public static Command Create() => new CliCommand("doctor",
        "Checks this machine and the server, and says how to fix what is wrong. Exit code 1 if a check fails.",
        "parley doctor", "parley doctor --url https://parley.example.com --json")
        .Does(async call =>
        {
            var folder = DataFolder.Of(call.Options);
            var sources = SettingsSources.OfProcess(new Dictionary<string, string>(StringComparer.Ordinal));
            var findings = new List<Finding>([.. MachineChecks.Run(folder), .. FileChecks.Run(folder, sources, call.Time)]);
            await foreach (var finding in DatabaseChecks.RunAsync(sources, call.Cancellation))
                findings.Add(finding);
            await foreach (var finding in ServerChecks.RunAsync(call))
                findings.Add(finding);
            await foreach (var finding in HookChecks.RunAsync(call))
                findings.Add(finding);

            var ok = findings.TrueForAll(finding => finding.Verdict is not Verdict.Fail);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new Diagnosis(ok, findings), OutputJson.Lines.Diagnosis);
            else
                findings.ForEach(finding => Show(finding, call.Terminal));
            return ok ? ExitCode.Done : ExitCode.Failed;
        });

    private static void Show(Finding finding, Terminal terminal)
    {
        var verdict = finding.Verdict switch
        {
            Verdict.Ok => "[green]ok  [/]",
            Verdict.Warn => "[yellow]warn[/]",
            _ => "[red]fail[/]",
        };
        terminal.Text.MarkupLine($"{verdict}  {PlainText.Escape(finding.Check),-12} {PlainText.Escape(finding.Detail)}");
        if (finding.Remedy is { } remedy)
            terminal.Text.MarkupLine($"{new string(' ', 19)}[grey]{PlainText.Escape(remedy)}[/]");
    }
}
