using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.ExportImport;
using Parley.Cli.Output;
using Parley.Server;
using Parley.Server.ExportImport;

namespace Parley.Cli.Commands;

/// <summary><c>parley export</c></summary>
internal static class ExportCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        var store = StoreFlags.Any();
        var output = new Option<string>("--output") { Description = "The file to write; '-' is standard output.", HelpName = "FILE", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Continue FILE.partial from an interrupted export, if nothing has changed since." };
        var command = new CliCommand("export",
            "Writes everything that a server stores as lines of JSON, consistent as of one moment. The server may be running; then the export is a copy, not a move.",
            "parley export --output parley.jsonl",
            "parley export --database postgres://parley@db/parley --output - | gzip > parley.jsonl.gz")
        {
            output, resume,
        };
        store.AddTo(command);
        return command.Does(async call =>
        {
            var settings = store.Read(call);
            var file = call.Arguments.GetRequiredValue(output);
            var progress = MoveCall.Progress(call, "Exported");
            var goOn = call.Arguments.GetValue(resume);
            if (file == StandardOutput)
            {
                await using var to = Console.OpenStandardOutput();
                await using var buffered = new BufferedStream(to, 1 << 16);
                Tell(call, await MoveCall.RunAsync(() => StoreTransfer.ExportAsync(settings, buffered, call.Time, progress, call.Cancellation)));
            }
            else
            {
                Tell(call, await MoveCall.RunAsync(() => StoreTransfer.ExportAsync(settings, file, goOn, call.Time, progress, call.Cancellation)));
            }

            return ExitCode.Done;
        });
    }

    private static void Tell(Call call, ExportSummary summary)
    {
        // If the export itself went to standard output, the summary must not.
        if (call.Terminal.Json && summary.File is not null)
        {
            call.Terminal.WriteJson(summary, OutputJson.Lines.ExportSummary);
            return;
        }

        if (summary.StartedAgain is { } why)
            call.Terminal.Note($"Started from the beginning: {why}.");
        else if (summary.Resumed > 0)
            call.Terminal.Note($"Continued after {summary.Resumed:N0} lines from the interrupted export.");
        call.Terminal.Note($"Exported {summary.Lines:N0} lines{(summary.File is { } file ? $" to {file}" : "")}; the data's SHA-256 is {summary.DataSha256}.");
        if (summary.InUse)
            call.Terminal.Note("A server was using the store, so importing this makes a copy with new epochs. To move the data, stop the server and export again.");
    }
}
