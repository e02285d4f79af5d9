using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.ExportImport;
using Parley.Cli.Output;
using Parley.Server;
using Parley.Server.ExportImport;

namespace Parley.Cli.Commands;

/// <summary><c>parley import</c></summary>
internal static class ImportCommand
{
    private const string StandardInput = "-";

    public static Command Create()
    {
        var store = StoreFlags.Any();
        var file = new Argument<string>("file") { Description = "A file written by 'parley export'; '-' is standard input." };
        var command = new CliCommand("import",
            "Fills an empty database from an export, including all ids, seqs, and leases. If it is interrupted, run the same command again to continue.",
            "parley import parley.jsonl --data /var/lib/parley",
            "DATABASE_URL=postgres://parley@db/parley parley import parley.jsonl",
            "gunzip -c parley.jsonl.gz | parley import -")
        {
            file,
        };
        store.AddTo(command);
        return command.Does(async call =>
        {
            var settings = store.Read(call);
            await using var from = Open(call.Arguments.GetRequiredValue(file));
            var summary = await MoveCall.RunAsync(() => StoreTransfer.ImportAsync(from, settings, call.Time, MoveCall.Progress(call, "Imported"), call.Cancellation));
            Tell(call, summary);
            return ExitCode.Done;
        });
    }

    private static Stream Open(string file)
    {
        if (file == StandardInput)
            return Console.OpenStandardInput();
        return File.Exists(file) ? File.OpenRead(file) : throw new CommandException(ExitCode.NotFound, $"There is no file {file}.");
    }

    private static void Tell(Call call, ImportSummary summary)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(summary, OutputJson.Lines.ImportSummary);
            return;
        }

        if (summary.Resumed > 0)
            call.Terminal.Note($"Continued after {summary.Resumed:N0} lines that were already imported.");
        call.Terminal.Note($"Imported {summary.Lines:N0} lines; counts and SHA-256 are correct: {summary.DataSha256}.");
        if (summary.NewEpochs)
            call.Terminal.Note("A server was using the store during the export, so every project started a new epoch. Readers of feeds are told, and read from the start.");
    }
}
