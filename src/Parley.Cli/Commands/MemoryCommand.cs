using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley memory set|patch|add|get|list|history|watch|delete</c></summary>
internal static partial class MemoryCommand
{
    private static readonly Argument<string> Key = new("key")
    {
        Description = "Up to 512 characters; may include '/'.",
    };

    private static readonly Argument<string?> Prefix = new("prefix")
    {
        Description = "Only keys with this prefix; all if omitted.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<long?> IfVersion = Numbers.Optional(
        "--if-version", "Only if the entry has this version; exit code 7 if it differs.", "VERSION", 0, long.MaxValue, "a version, which is a whole number from 0");

    public static Command Create() => new CliCommand("memory", "Sets, changes, gets, lists, watches, and deletes entries of the project's shared memory.")
    {
        Set(), Patch(), Add(), Get(), List(), History(), Watch(), Delete(),
    };

    private static CliCommand Set()
    {
        var value = new Argument<string>("value") { Description = "JSON; anything else is stored as text. '-' reads standard input." };
        return new CliCommand("set", "Stores a value under a key, replacing any current value. --if-version 0 creates only.",
            "parley memory set plan/login '{\"status\": \"in review\"}'",
            "parley memory set leader pm-1 --if-version 0 --ttl 60",
            "parley memory set keys/deploy s3cr3t --read role:deployer --read be-1",
            "git log -5 | parley memory set recent -")
        {
            Key, value, IfVersion, Ttl, Read, Write,
        }.Does(async call =>
        {
            var text = call.Arguments.GetRequiredValue(value);
            var json = JsonWords.Value(text == "-" ? await Console.In.ReadToEndAsync(call.Cancellation) : text, "<value>");
            await call.ActAsync();
            var request = new MemoryRequest
            {
                Value = json,
                IfVersion = call.Arguments.GetValue(IfVersion),
                TtlSeconds = call.Arguments.GetValue(Ttl),
                AccessControl = AccessOf(call),
            };
            return Tell(call.Terminal, await call.Api.Memory.SetAsync(call.Arguments.GetRequiredValue(Key), request, call.Cancellation));
        });
    }

    private static CliCommand Get() =>
        new CliCommand("get", "Prints the value under a key: text as is, anything else as JSON.",
            "parley memory get plan/login", "parley memory get leader --json | jq .version")
        {
            Key,
        }.Does(async call =>
        {
            await call.ActAsync();
            var entry = await call.Api.Memory.GetAsync(call.Arguments.GetRequiredValue(Key), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(entry, WireJson.Lenient.MemoryEntry);
            else
                call.Terminal.WriteLine(call.Terminal.Live ? PlainText.Of(Text(entry.Value)) : Text(entry.Value));
            return ExitCode.Done;
        });

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        var level = new Option<bool>("--level") { Description = "Only one level: keys without a further '/', and what the others begin with." };
        return new CliCommand("list", "Lists entries: sorted by key if a prefix is given, otherwise newest first.",
            "parley memory list", "parley memory list plan/", "parley memory list --level")
        {
            Prefix, level, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            if (call.Arguments.GetValue(level))
                return await ListLevelAsync(call.Arguments.GetValue(Prefix) ?? "", call.Arguments.GetValue(limit), call);
            var page = await call.Api.Memory.ListAsync(call.Arguments.GetValue(Prefix), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(page, WireJson.Lenient.PageMemoryEntry);
                return ExitCode.Done;
            }

            Listing.WritePage(call.Terminal, ["key", "version", "by", "changed", "value"], page, entry => Row(entry, call.Time), "No entries.");
            return ExitCode.Done;
        });
    }

    private static async Task<ExitCode> ListLevelAsync(string prefix, int limit, Call call)
    {
        var page = await call.Api.Memory.ListLevelAsync(prefix, limit: limit, cancellationToken: call.Cancellation);
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(page, WireJson.Lenient.MemoryPage);
            return ExitCode.Done;
        }

        var rows = page.Items.Select(entry => (entry.Key, Row: Row(entry, call.Time)))
            .Concat(page.Prefixes!.Select(one => (Key: one.Prefix, Row: (IReadOnlyList<string>)[PlainText.Escape(one.Prefix), "", "", "", $"{one.Count} entries"])));
        var whole = new Page<IReadOnlyList<string>> { Items = [.. rows.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Row)], Next = page.Next };
        Listing.WritePage(call.Terminal, ["key", "version", "by", "changed", "value"], whole, row => row, "No entries.");
        return ExitCode.Done;
    }

    private static CliCommand Watch() => new CliCommand(
        "watch", "Shows the entries, then each change as it happens. With an agent's token, name the agent with --as. Ctrl-C ends it.",
        "parley memory watch", "parley memory watch plan/ --json")
    {
        Prefix,
    }.Does(async call =>
    {
        try
        {
            await using var agent = await ConnectAsync(call);
            await foreach (var entry in agent.WatchMemoryAsync(call.Arguments.GetValue(Prefix), call.Cancellation))
                Show(entry, call.Terminal);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Watching ends when the user stops it.
        }

        return ExitCode.Done;
    });

    private static CliCommand Delete() => new CliCommand("delete", "Deletes the entry under a key.",
        "parley memory delete leader", "parley memory delete leader --if-version 1042")
    {
        Key, IfVersion,
    }.Does(async call =>
    {
        await call.ActAsync();
        await call.Api.Memory.DeleteAsync(call.Arguments.GetRequiredValue(Key), call.Arguments.GetValue(IfVersion), call.Cancellation);
        return ExitCode.Done;
    });

    /// <summary>Connects as the agent of --as, or else as the operators.</summary>
    private static async Task<ParleyAgent> ConnectAsync(Call call)
    {
        await call.ActAsync();
        try
        {
            return await ParleyAgent.ConnectAsync(call.Options with { AgentId = call.Reader, Token = call.Token }, call.Cancellation);
        }
        catch (ParleyException refused) when (call.ActingAs is null && refused.Status == 403)
        {
            throw new CommandException(ExitCode.Refused, "This token cannot open the operators' connection.", "Name its agent with --as.", refused);
        }
    }

    private static void Show(FeedEntry change, Terminal terminal)
    {
        if (change.Kind == FeedEntryKind.Gap)
            terminal.Note("Some changes were missed, because the log no longer has them. The current entries are:");

        var kind = Words.Of(change.Kind);
        if (terminal.Json)
            terminal.WriteJson(new StreamLine(kind, change.Place, change.Item ?? Nothing), OutputJson.Lines.StreamLine);
        else if (change.Memory is { } entry)
            terminal.Text.MarkupLine(PlainText.EscapeLines(change.Kind == FeedEntryKind.Delete ? $"{entry.Key} was deleted or expired" : $"{entry.Key} = {Text(entry.Value)}", indent: 2));
    }

    private static IReadOnlyList<string> Row(MemoryEntry entry, TimeProvider time) =>
    [
        PlainText.Escape(entry.Key),
        $"{entry.Version}",
        PlainText.Escape(entry.UpdatedBy ?? "-"),
        Listing.Ago(entry.UpdatedAt, time),
        PlainText.EscapeLine(Text(entry.Value), 60),
    ];

    private static JsonElement Nothing { get; } = JsonElement.Parse("{}");

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
