using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley threads [ID]</c></summary>
internal static class ThreadsCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id")
        {
            Description = "The thread to show; if omitted, lists threads, most recently active first.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limit = Numbers.Limit("--limit", 50);
        var digest = new Option<bool>("--digest") { Description = "Show the thread in short: open and settled requests, the newest message, and the summary by the project's model, if it has one." };
        var refresh = new Option<bool>("--refresh") { Description = "With --digest, ask the model for a new summary." };

        return new CliCommand("threads", "Lists conversations, most recently active first, or shows the messages of one in order.",
            "parley threads",
            "parley threads 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60",
            "parley threads 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60 --digest",
            "parley threads --json | jq -r '.items[0].conversation_thread_id'")
        {
            id, limit, digest, refresh,
        }.Does(call => (call.Arguments.GetValue(id), call.Arguments.GetValue(digest)) switch
        {
            ({ } thread, true) => DigestAsync(call, thread, call.Arguments.GetValue(refresh)),
            (_, false) when call.Arguments.GetValue(refresh) => throw new CommandException(ExitCode.UsedWrongly, "--refresh goes with --digest.", "Write both, or neither."),
            ({ } thread, false) => OpenAsync(call, thread),
            (null, true) => throw new CommandException(ExitCode.UsedWrongly, "--digest of which thread?", "Give its id: parley threads lists them."),
            _ => ListAsync(call, call.Arguments.GetValue(limit)),
        });
    }

    private static async Task<ExitCode> DigestAsync(Call call, string id, bool refresh)
    {
        var digest = await call.Api.Threads.DigestAsync(id, refresh, call.Cancellation);
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(digest, WireJson.Lenient.ThreadDigest);
            return ExitCode.Done;
        }

        if (digest.Summary is { } summary)
        {
            var since = digest.SummaryLastSeq < digest.LastSeq ? " of an earlier state" : "";
            call.Terminal.Text.MarkupLine($"[bold]Summary{since}[/]\n{PlainText.EscapeLines(summary, indent: 0)}\n");
        }

        call.Terminal.Text.MarkupLine(PlainText.EscapeLines(digest.Text.TrimEnd(), indent: 0));
        if (digest.SummaryError is { } error)
            call.Terminal.Note(error);
        return ExitCode.Done;
    }

    private static async Task<ExitCode> ListAsync(Call call, int limit)
    {
        var page = await call.Api.Threads.ListAsync(limit, after: null, call.Cancellation);
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(page, WireJson.Lenient.PageThreadSummary);
            return ExitCode.Done;
        }

        Listing.WritePage(
            call.Terminal, ["thread", "messages", "last", "participants", "begins"], page, thread => Row(thread, call.Time),
            "No conversations yet. 'parley demo team' plays some.");
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Row(ThreadSummary thread, TimeProvider time) =>
    [
        PlainText.Escape(thread.ConversationThreadId),
        $"{thread.Messages}",
        Listing.Ago(thread.LastAt, time),
        PlainText.Escape(string.Join(", ", thread.Participants)),
        PlainText.EscapeLine(thread.Title, 60),
    ];

    private static async Task<ExitCode> OpenAsync(Call call, string id)
    {
        var view = new ConversationView(call.Terminal, call.Time);
        var messages = new List<Message>();
        ThreadView? first = null;
        string? after = null;
        do
        {
            var page = await call.Api.Threads.GetAsync(id, limit: 500, after, call.Cancellation);
            first ??= page;
            after = page.Next;
            messages.AddRange(page.Items);
            foreach (var message in call.Terminal.Json ? [] : page.Items)
                view.Show(message);
        }
        while (after is not null);

        if (call.Terminal.Json)
            call.Terminal.WriteJson(first with { Items = messages, Next = null }, WireJson.Lenient.ThreadView);
        return ExitCode.Done;
    }
}
