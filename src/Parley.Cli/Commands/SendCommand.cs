using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley send TO TEXT</c></summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var send = new SendArguments();
        var command = new CliCommand("send", "Sends a message and shows what each recipient is doing.",
            "parley send be-1 \"The build is red, please look.\" --as ada --priority high",
            "parley send squad:alpha \"Stand-up in five minutes.\" --as pm-1 --type standup",
            "git diff | parley send role:tech_lead - --type code_review_request",
            "parley send be-1 -- \"--verbose is your friend\"");
        send.AddTo(command);

        return command.Does(async call =>
        {
            var request = await send.ReadAsync(call);
            await call.ActAsync();
            var answer = await call.Api.Messages.SendAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(answer, WireJson.Lenient.SendAnswer);
            else
                Show(answer, call.Terminal);
            return ExitCode.Done;
        });
    }

    private static void Show(SendAnswer answer, Terminal terminal)
    {
        terminal.WriteLine(answer.MessageId);
        foreach (var delivery in answer.Deliveries)
            terminal.Text.MarkupLine($"  {PlainText.Escape(delivery.AgentId)}  {Fate(delivery)}");
        if (answer.DeliveriesTotal > answer.Deliveries.Count)
            terminal.Text.MarkupLine($"  [grey]and {answer.DeliveriesTotal - answer.Deliveries.Count} more[/]");
        if (answer.DeliveriesTotal == 0)
            terminal.Note("Stored, but nobody is in that group: no deliveries.");
        if (answer.Duplicate)
            terminal.Note("It had been sent before with the same key.");
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
