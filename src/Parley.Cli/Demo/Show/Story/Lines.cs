using Parley.Protocol;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>Short ways to write lines.</summary>
internal static class Lines
{
    public static DemoLine Say(DemoActor from, DemoActor to, string type, string thread, string text) => Say(from, to.AgentId, type, thread, text);

    public static DemoLine Say(DemoActor from, DemoSquad to, string type, string thread, string text) => Say(from, to.Address, type, thread, text);

    public static DemoLine Say(DemoActor from, string to, string type, string thread, string text) => new()
    {
        From = from,
        To = to,
        Type = type,
        Thread = thread,
        Text = text,
        Intent = type is "question" or "code_review_request" or "request" ? Intent.Request : type is "acknowledgment" ? Intent.Ack : Intent.Inform,
    };

    /// <summary>Replies to the line before it in the same thread.</summary>
    public static DemoLine Reply(DemoActor from, DemoActor to, string type, string thread, string text) => Say(from, to, type, thread, text) with { Replies = true };

    /// <inheritdoc cref="Reply(DemoActor,DemoActor,string,string,string)"/>
    public static DemoLine Reply(DemoActor from, DemoSquad to, string type, string thread, string text) => Say(from, to, type, thread, text) with { Replies = true };

    /// <summary>The same line, some seconds later.</summary>
    public static DemoLine After(this DemoLine line, double seconds) => line with { Pause = TimeSpan.FromSeconds(seconds) };
}
