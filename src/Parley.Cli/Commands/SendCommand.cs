using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley send TO TEXT</c></summary>
internal static class SendCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only show what would happen, and send nothing." };

    public static Command Create()
    {
        var send = new SendArguments();
        var command = new CliCommand("send", "Sends a message and shows what each recipient is doing.",
            "parley send be-1 \"The build is red, please look.\" --as ada --priority high",
            "parley send squad:alpha \"Stand-up in five minutes.\" --as pm-1 --type standup",
            "git diff | parley send role:tech_lead - --type code_review_request",
            "parley send be-1 -- \"--verbose is your friend\"");
        send.AddTo(command);
        command.Add(DryRun);

        return command.Does(async call =>
        {
            var request = await send.ReadAsync(call);
            await call.ActAsync();
            if (call.Arguments.GetValue(DryRun))
            {
                var preview = await call.Api.Messages.PreviewAsync(request, call.Cancellation);
                if (call.Terminal.Json)
                    call.Terminal.WriteJson(preview, WireJson.Lenient.SendPreview);
                else
                    Show(preview, call.Terminal);
                return ExitCode.Done;
            }

            var answer = await call.Api.Messages.SendAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(answer, WireJson.Lenient.SendAnswer);
            else
                Show(answer, call.Terminal);
            return ExitCode.Done;
        });
    }

    /// <summary>Shows what became of a send.</summary>
    internal static void Show(SendAnswer answer, Terminal terminal)
    {
        terminal.WriteLine(answer.MessageId);
        Show(answer.Deliveries, answer.DeliveriesTotal, terminal);
        if (answer.DeliveriesTotal == 0)
            terminal.Note("Stored, but nobody is in that group: no deliveries.");
        if (answer.Duplicate)
            terminal.Note("It had been sent before with the same key.");
    }

    private static void Show(SendPreview preview, Terminal terminal)
    {
        terminal.WriteLine("Not sent: a dry run.");
        foreach (var line in preview.Routing)
            terminal.Text.MarkupLine($"  [grey]{PlainText.Escape(line)}[/]");
        Show(preview.Deliveries, preview.DeliveriesTotal, terminal);
        if (preview.DeliveriesTotal == 0)
            terminal.Note("Nobody is in that group: there would be no deliveries.");
    }

    private static void Show(IReadOnlyList<DeliveryOutlook> deliveries, int total, Terminal terminal)
    {
        foreach (var delivery in deliveries)
            terminal.Text.MarkupLine($"  {PlainText.Escape(delivery.AgentId)}  {Fate(delivery)}");
        if (total > deliveries.Count)
            terminal.Text.MarkupLine($"  [grey]and {total - deliveries.Count} more[/]");
    }

    private static string Fate(DeliveryOutlook delivery)
    {
        if (delivery.Refused is { } refused)
            return $"[red]refused: {PlainText.Escape(refused)}[/]";

        var what = delivery.Outlook switch
        {
            Outlook.Pushed => "delivered now",
            Outlook.NextBoundary => "at its next boundary",
            Outlook.WhenIdle => "when it is idle",
            Outlook.NextTurn => "with its next prompt: it is idle, and nothing here can wake it",
            Outlook.OnPull => "waits until the agent asks for it",
            Outlook.HeldUntilBack when delivery.Status is not AgentStatus.Offline => "paused: when it is resumed",
            Outlook.HeldUntilBack => "when the agent is back",
            Outlook.Scheduled => "at its scheduled time",
            Outlook.Held => "[yellow]held: an operator must release it[/]",
            _ => "queued",
        };
        var ahead = delivery.Ahead > 0 ? $", {delivery.Ahead} ahead of it" : "";
        var activity = delivery.Activity is AgentActivity.Unknown ? "" : $", {Words.Of(delivery.Activity)}";
        return $"[grey]{Words.Of(delivery.Status)}{activity}:[/] {what}{ahead}";
    }
}
