using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley attention [snooze|unsnooze]</c></summary>
internal static class AttentionCommand
{
    private const string AnId = "agent_stalled:be-1";

    private static readonly Argument<string> Id = new("attention_id") { Description = "The item, as 'parley attention' shows it." };

    public static Command Create()
    {
        var kind = new Option<string?>("--kind") { Description = "Only items of this kind." };
        kind.OneOf(Words.All<AttentionKind>());
        var agent = new Option<string?>("--agent") { Description = "Only items about this agent.", HelpName = "AGENT" };
        var snoozed = new Option<bool>("--snoozed") { Description = "Also items that are snoozed." };
        return new CliCommand(
            "attention", "Shows what waits for you, what is stuck, and what to do about it; the most urgent first.", "parley attention",
            "parley attention --kind dead_letters", "parley attention --json | jq -r '.items[].attention_id'")
        {
            kind, agent, snoozed, Snooze(), Unsnooze(),
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            // People are told how many are snoozed.
            var all = arguments.GetValue(snoozed) || !call.Terminal.Json;
            var list = await call.Api.Attention.GetAsync(Words.Parse<AttentionKind>(arguments.GetValue(kind)), arguments.GetValue(agent), all, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(list, WireJson.Lenient.AttentionList);
            else
                Write(call, list.Items, arguments.GetValue(snoozed));
            return ExitCode.Done;
        });
    }

    private static CliCommand Snooze()
    {
        var until = Moments.Ahead("--until", "Until when; 1 hour from now if omitted", TimeProvider.System);
        return new CliCommand(
            "snooze", "Hides an item for a while. If the trouble ends and begins again, it is shown again.", $"parley attention snooze {AnId}",
            $"parley attention snooze {AnId} --until 3h")
        {
            Id, until,
        }.Does(async call =>
        {
            var time = call.Arguments.GetValue(until) ?? call.Time.GetUtcNow() + TimeSpan.FromHours(1);
            var item = await call.Api.Attention.SnoozeAsync(call.Arguments.GetRequiredValue(Id), time, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(item, WireJson.Lenient.AttentionItem);
            else
                call.Terminal.WriteLine($"Snoozed {PlainText.Line(item.AttentionId, 200)} until {WireTime.ToText(item.SnoozedUntil ?? time)}.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Unsnooze() => new CliCommand("unsnooze", "Shows a snoozed item again.", $"parley attention unsnooze {AnId}")
    {
        Id,
    }.Does(async call =>
    {
        await call.Api.Attention.UnsnoozeAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        if (!call.Terminal.Json)
            call.Terminal.WriteLine($"{PlainText.Line(call.Arguments.GetRequiredValue(Id), 200)} is not snoozed.");
        return ExitCode.Done;
    });

    private static void Write(Call call, IReadOnlyList<AttentionItem> items, bool withSnoozed)
    {
        var text = call.Terminal.Text;
        text.MarkupLine(PlainText.Escape(AttentionSentence.Of(items)));
        foreach (var item in items.Where(item => withSnoozed || item.SnoozedUntil is null))
        {
            var color = item.Severity switch { AttentionSeverity.Person => "yellow", AttentionSeverity.Critical => "red", _ => "blue" };
            text.WriteLine();
            text.MarkupLine($"[{color}]{Words.Of(item.Severity),-8}[/]  {PlainText.EscapeLine(AttentionSentence.Of(item, call.Time), 400)}");
            text.MarkupLine($"          {PlainText.Escape(AttentionSentence.Remedy(item))}");
            text.MarkupLine($"          [grey]parley attention {(item.SnoozedUntil is null ? "snooze" : "unsnooze")} {PlainText.Escape(item.AttentionId)}[/]");
        }
    }
}
