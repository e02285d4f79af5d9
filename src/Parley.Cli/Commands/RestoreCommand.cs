using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.ExportImport;
using Parley.Cli.Output;
using Parley.Server;

namespace Parley.Cli.Commands;

/// <summary><c>parley restore</c></summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var store = StoreFlags.Any();
        var file = new Argument<string>("file") { Description = "A file written by 'parley backup'." };
        var replace = new Option<bool>("--replace") { Description = "Rename an existing database, adding the time. It is not deleted." };
        var command = new CliCommand("restore",
            "Replaces a stopped server's database with a backup. Every project starts a new epoch, so that readers of feeds notice.",
            "parley restore /backup/parley-2026-01-22.db --data /var/lib/parley",
            "parley restore /backup/parley-2026-01-22.db --replace")
        {
            file, replace,
        };
        store.AddTo(command);
        return command.Does(async call =>
        {
            var settings = store.Read(call);
            var summary = await MoveCall.RunAsync(() => StoreTransfer.RestoreAsync(
                call.Arguments.GetRequiredValue(file), settings, call.Arguments.GetValue(replace), call.Time, call.Cancellation));
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(summary, OutputJson.Lines.RestoreSummary);
                return ExitCode.Done;
            }

            if (summary.Replaced is { } aside)
                call.Terminal.Note($"The previous database is now {aside}.");
            call.Terminal.Note($"Restored to {summary.Database}: {summary.Projects} projects, each with a new epoch.");
            return ExitCode.Done;
        });
    }
}
