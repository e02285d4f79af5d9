using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.ExportImport;
using Parley.Cli.Output;
using Parley.Server;

namespace Parley.Cli.Commands;

/// <summary><c>parley backup</c></summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var store = StoreFlags.Any();
        var output = new Option<string>("--output") { Description = "The file to write.", HelpName = "FILE", Required = true };
        var command = new CliCommand("backup",
            "Copies a server's SQLite database into one file, even while the server is running. The copy is consistent, and is checked before it gets its name.",
            "parley backup --output /backup/parley-$(date +%F).db")
        {
            output,
        };
        store.AddTo(command);
        return command.Does(async call =>
        {
            var settings = store.Read(call);
            var summary = await MoveCall.RunAsync(() => StoreTransfer.BackupAsync(settings, call.Arguments.GetRequiredValue(output), call.Cancellation));
            if (call.Terminal.Json)
                call.Terminal.WriteJson(summary, OutputJson.Lines.BackupSummary);
            else
                call.Terminal.Note($"Backed up to {summary.File}: {summary.Bytes:N0} bytes, checked and undamaged.");
            return ExitCode.Done;
        });
    }
}
