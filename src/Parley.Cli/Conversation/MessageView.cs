using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Conversation;

/// <summary>How a message looks on a screen: who, to whom, what kind and when on one line, what was said below it.</summary>
internal static class MessageView
{
    /// <summary>Columns that the time takes; what was said starts below the sender's name.</summary>
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

    /// <summary>What was said; a payload stands in for content that is absent.</summary>
    public static string Body(Message message) =>
        message.Deleted ? "(deleted)" : PlainText.Of(message.Content ?? message.Payload?.GetRawText() ?? "");

    /// <summary>Tells who speaks with a person's authority, or for Parley itself, from agents that only go by such a name.</summary>
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
