using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Cli.Watch;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley events publish|list|show|watch</c></summary>
internal static class EventsCommand
{
    private static readonly Option<string[]> Types = new("--type")
    {
        Description = "Only these types; may be repeated. '*' matches any characters within a word, '>' at the end matches one or more words: 'task_*', 'build.>'.",
        HelpName = "TYPE",
    };

    public static Command Create() => new CliCommand("events", "Publishes, lists, shows, and watches events, which agents and the server publish.")
    {
        Publish(), List(), ShowOne(), Watch(),
    };

    private static CliCommand Publish()
    {
        var type = new Argument<string>("type") { Description = "The event's type: up to 255 characters from A-Z a-z 0-9 _ . : / -" };
        var data = new Argument<string?>("data")
        {
            Description = "JSON; anything else is sent as text. '-' reads standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new CliCommand("publish", "Publishes an event that anyone in the project can follow.",
            "parley events publish build.failed '{\"branch\": \"main\"}'", "parley events publish deploy.done --as ci")
        {
            type, data,
        }.Does(async call =>
        {
            var text = call.Arguments.GetValue(data);
            if (text == "-")
                text = await Console.In.ReadToEndAsync(call.Cancellation);
            await call.ActAsync();
            var published = await call.Api.Events.PublishAsync(
                new EventRequest { EventType = call.Arguments.GetRequiredValue(type), Data = text is null ? null : JsonWords.Value(text, "<data>") }, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(published, WireJson.Lenient.EventRecord);
            else
                call.Terminal.Note($"Published as {published.EventId}.");
            return ExitCode.Done;
        });
    }

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists past events, newest first.", "parley events list", "parley events list --type 'agent_*' --type 'build.>'")
        {
            Types, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await PageAsync(call, call.Arguments.GetValue(limit));
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageEventRecord);
            else
                Listing.WritePage(call.Terminal, ["when", "type", "by", "data"], page, happened => Row(happened, call.Time), "No events.");
            return ExitCode.Done;
        });
    }

    private static CliCommand ShowOne()
    {
        var id = new Argument<string>("event_id") { Description = "The event's id." };
        return new CliCommand("show", "Shows one event.", "parley events show 0199e1c3-7d3f-7a51-9c0e-3b1f5d2a4e60") { id }.Does(async call =>
        {
            await call.ActAsync();
            var happened = await call.Api.Events.GetAsync(call.Arguments.GetRequiredValue(id), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(happened, WireJson.Lenient.EventRecord);
            else
                call.Terminal.Text.MarkupLine(PlainText.EscapeLines(EventLine.Of(happened), indent: 2));
            return ExitCode.Done;
        });
    }

    private static CliCommand Watch()
    {
        var after = new Option<string?>("--after") { Description = "Start after this place; 0: from the beginning of the log.", HelpName = "SEQ" };
        return new CliCommand("watch", "Shows events as they happen. Ctrl-C ends it.", "parley events watch", "parley events watch --type 'build.>' --after 0 --json")
        {
            Types, after,
        }.Does(async call =>
        {
            await call.ActAsync();
            try
            {
                var options = new StreamOptions { Types = call.Arguments.GetValue(Types), After = call.Arguments.GetValue(after) };
                await foreach (var happened in call.Api.Streams.Events(options, call.Cancellation))
                    Show(happened, call.Terminal);
            }
            catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
            {
                // Watching ends when the user stops it.
            }

            return ExitCode.Done;
        });
    }

    /// <summary>A page from the server may be short even if there are more.</summary>
    private static async Task<Page<EventRecord>> PageAsync(Call call, int limit)
    {
        var items = new List<EventRecord>();
        string? after = null;
        do
        {
            var page = await call.Api.Events.ListAsync(call.Arguments.GetValue(Types), limit: limit - items.Count, after: after, cancellationToken: call.Cancellation);
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && items.Count < limit);
        return new Page<EventRecord> { Items = items, Next = after };
    }

    private static void Show(StreamEvent happened, Terminal terminal)
    {
        if (terminal.Json)
            terminal.WriteJson(new StreamLine(happened.Event, happened.Id, happened.Data), OutputJson.Lines.StreamLine);
        else if (happened.Published is { } published)
            terminal.Text.MarkupLine(PlainText.EscapeLines(EventLine.Of(published), indent: 2));
        else if (happened.Event == StreamEvents.Gap)
            terminal.Note("Some events were missed, because the log no longer has them.");
    }

    private static IReadOnlyList<string> Row(EventRecord happened, TimeProvider time) =>
    [
        Listing.Ago(happened.Timestamp, time),
        PlainText.Escape(happened.EventType),
        PlainText.Escape(happened.Source),
        PlainText.EscapeLine(happened.Data?.GetRawText() ?? "", 60),
    ];
}
