using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Cli.Tracing;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley trace ID</c></summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The message." };

        return new CliCommand("trace",
            "Shows what happened to a message: the stages and times of each delivery.",
            "parley trace 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60", "parley trace $(parley send be-1 \"Are you there?\" | head -1)")
        {
            id,
        }.Does(async call =>
        {
            var trace = await call.Api.Messages.TraceAsync(call.Arguments.GetRequiredValue(id), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(trace, WireJson.Lenient.MessageTrace);
            else
                Show(call, trace);
            return ExitCode.Done;
        });
    }

    private static void Show(Call call, MessageTrace trace)
    {
        var text = call.Terminal.Text;
        new ConversationView(call.Terminal, call.Time).Show(trace.Message);
        Fact(call, "message", $"{trace.Message.MessageId}, place {trace.Message.Seq} in the log of {trace.Message.ProjectId}");
        Fact(call, "thread", trace.Message.ConversationThreadId);
        Fact(call, "sent", trace.Session is null ? "over REST" : $"over connection {trace.Session}");
        foreach (var step in trace.Routing)
            Fact(call, "routing", step);
        if (trace.SupersededBy is { } later)
            Fact(call, "superseded", $"by {later}");

        foreach (var delivery in trace.Deliveries)
        {
            text.WriteLine();
            text.MarkupLine($"[bold]{PlainText.Escape(delivery.AgentId)}[/]  {StateMarkup(delivery.State)}  [grey]attempt {delivery.Attempt}[/]{Disconnects(delivery)}");
            foreach (var stage in DeliveryStage.Of(delivery))
                text.MarkupLine($"  {stage.ToMarkup(trace.Message.Timestamp)}");
            if (delivery.LastError is { } error)
                text.MarkupLine($"  [red]last error: {PlainText.EscapeLines(error, indent: 4)}[/]");
        }

        if (trace.Deliveries.Count == 0)
            call.Terminal.Note("It had no recipients: nobody was in the group.");
        if (trace.Replies.Count == 0)
            return;

        text.WriteLine();
        text.MarkupLine("[bold]Replies[/]");
        var view = new ConversationView(call.Terminal, call.Time);
        foreach (var reply in trace.Replies)
            view.Show(reply);
    }

    private static void Fact(Call call, string name, string value) =>
        call.Terminal.Text.MarkupLine($"[grey]{name,-10}[/]{PlainText.Escape(value)}");

    private static string Disconnects(Delivery delivery) => delivery.Disconnects switch
    {
        0 => "",
        1 => "[grey], 1 lost connection[/]",
        var count => $"[grey], {count} lost connections[/]",
    };

    private static string StateMarkup(DeliveryState state)
    {
        var colour = state switch
        {
            DeliveryState.Acknowledged => "green",
            DeliveryState.Dead or DeliveryState.Expired => "red",
            DeliveryState.Withdrawn => "grey",
            DeliveryState.Held => "yellow",
            _ => "dodgerblue1",
        };
        return $"[{colour}]{Words.Of(state)}[/]";
    }
}
