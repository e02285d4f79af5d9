using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Conversation;

/// <summary>How a message is displayed: sender, recipients, type, and time on one line, and the text below it.</summary>
internal static class MessageView
{
    /// <summary>The width of the time. The text starts below the sender's name.</summary>
    public const int Indent = 10;

    /// <summary>The first line, in Spectre's markup: <c>14:02:11  Priya (pm-1) · project manager → Bram (be-1) · python fastapi  question</c>.</summary>
    public static string Head(Message message)
    {
        var urgency = message.Priority switch
        {
            Priority.Critical => "  [red bold]critical[/]",
            Priority.High => "  [red]high[/]",
            _ => "",
        };
        var outcome = message.Outcome is Outcome.Error ? "  [red]error[/]" : "";
        return $"[grey]{message.Timestamp.ToLocalTime():HH:mm:ss}[/]  {Mark(message.Authority)}{Sender(message)} [grey]→[/] {Recipient(message)}  " +
            $"[italic]{PlainText.Escape(message.MessageType)}[/]{urgency}{outcome}";
    }

    /// <summary>The text; if there is none, the payload.</summary>
    public static string Body(Message message) =>
        message.Deleted ? "(deleted)" : PlainText.Of(message.Content ?? message.Payload?.GetRawText() ?? "");

    /// <summary>Marks senders that have a person's authority or are Parley itself, to distinguish them from agents that only use such a
    /// name.</summary>
    private static string Mark(Authority authority) => authority switch
    {
        Authority.Operator => "[white bold]◆ person[/] ",
        Authority.System => "[white bold]◆ Parley[/] ",
        Authority.External => "[white bold]◆ from outside[/] ",
        _ => "",
    };

    private static string Sender(Message message) =>
        Person(message.SenderId, message.SenderName, message.SenderRole, message.SenderSpecialization);

    private static string Recipient(Message message) => message.RecipientId is { } recipient
        ? Person(recipient, message.RecipientName, message.RecipientRole, message.RecipientSpecialization)
        : string.Join(", ", message.To.Select(Address));

    private static string Address(string address) => address switch
    {
        "*" => "[bold]everyone[/]",
        _ => $"[bold]{PlainText.Escape(address)}[/]",
    };

    private static string Person(string agentId, string? name, string? role, string? specialization)
    {
        var colour = RoleColours.Of(role, agentId).ToMarkup();
        var what = specialization ?? role;
        var suffix = what is null ? "" : $" [{colour}]· {PlainText.Name(what.Replace('_', ' '))}[/]";
        var id = name is null || name == agentId ? "" : $" [grey]({PlainText.Escape(agentId)})[/]";
        return $"[{colour} bold]{PlainText.Name(name ?? agentId)}[/]{id}{suffix}";
    }
}
