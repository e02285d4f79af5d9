using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>Partial changes, earlier versions, and access control.</summary>
internal static partial class MemoryCommand
{
    private static readonly Option<double?> Ttl = Numbers.Optional(
        "--ttl", "How long until the entry expires, in seconds.", "SECONDS", 1.0, 315_360_000.0, "seconds from 1 to 315360000");

    private static readonly Option<string[]> Read = new("--read")
    {
        Description = "Only these agents may read it: an id, role:ROLE, squad:SQUAD, or '*' for all; may be repeated. Without --read and --write, the access control does not change.",
        HelpName = "WHO",
    };

    private static readonly Option<string[]> Write = new("--write")
    {
        Description = "Only these agents may write it, if they may also read it; may be repeated.",
        HelpName = "WHO",
    };

    private static CliCommand Patch()
    {
        var patch = new Argument<string>("patch") { Description = "A JSON object: its members replace those of the value, null removes one. '-' reads standard input." };
        return new CliCommand("patch", "Changes part of the value under a key, with a JSON merge patch. The change is atomic, so no other change is lost.",
            "parley memory patch plan/login '{\"status\": \"merged\", \"reviewer\": null}'")
        {
            Key, patch, IfVersion,
        }.Does(async call =>
        {
            var text = call.Arguments.GetRequiredValue(patch);
            var json = JsonWords.Read(text == "-" ? await Console.In.ReadToEndAsync(call.Cancellation) : text, "<patch>", "'{\"status\": \"merged\"}'")!.Value;
            await call.ActAsync();
            var change = new MemoryPatch { Patch = json, IfVersion = call.Arguments.GetValue(IfVersion) };
            return Tell(call.Terminal, await call.Api.Memory.PatchAsync(call.Arguments.GetRequiredValue(Key), change, call.Cancellation));
        });
    }

    private static CliCommand Add()
    {
        var amount = Numbers.Any("amount", "A number; to subtract, give a negative one after '--'.");
        return new CliCommand("add", "Adds to the number under a key, and prints the sum. If there is no entry, it starts from 0.",
            "parley memory add builds 1", "parley memory add budget -- -5")
        {
            Key, amount,
        }.Does(async call =>
        {
            await call.ActAsync();
            var number = JsonElement.Parse(call.Arguments.GetRequiredValue(amount).ToString("R", CultureInfo.InvariantCulture));
            var entry = await call.Api.Memory.PatchAsync(call.Arguments.GetRequiredValue(Key), new MemoryPatch { Add = number }, call.Cancellation);
            if (call.Terminal.Json)
                return Tell(call.Terminal, entry);
            call.Terminal.WriteLine(Text(entry.Value));
            return ExitCode.Done;
        });
    }

    private static CliCommand History() =>
        new CliCommand("history", "Lists the last 20 versions of an entry, newest first.", "parley memory history plan/login")
        {
            Key,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Memory.HistoryAsync(call.Arguments.GetRequiredValue(Key), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageMemoryVersion);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["version", "by", "changed", "value"], page,
                    past => [$"{past.Version}", PlainText.Escape(past.UpdatedBy ?? "-"), Listing.Ago(past.UpdatedAt, call.Time), PlainText.EscapeLine(Text(past.Value), 60)],
                    "No versions.");
            }

            return ExitCode.Done;
        });

    private static MemoryAccess? AccessOf(Call call)
    {
        var (read, write) = (call.Arguments.GetValue(Read), call.Arguments.GetValue(Write));
        return read is not { Length: > 0 } && write is not { Length: > 0 }
            ? null
            : new MemoryAccess { Read = read is { Length: > 0 } ? read : null, Write = write is { Length: > 0 } ? write : null };
    }

    private static ExitCode Tell(Terminal terminal, MemoryEntry entry)
    {
        if (terminal.Json)
            terminal.WriteJson(entry, WireJson.Lenient.MemoryEntry);
        else
            terminal.Note($"Version {entry.Version}.");
        return ExitCode.Done;
    }
}
