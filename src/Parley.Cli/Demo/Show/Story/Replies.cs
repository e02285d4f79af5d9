namespace Parley.Cli.Demo.Show.Story;

/// <summary>What an agent says to a person who writes to it. "{work}" stands for the agent's task, "{parts}" for how far it is.</summary>
internal static class Replies
{
    /// <summary>The first that has one of its words in the person's text decides.</summary>
    public static IReadOnlyList<(IReadOnlyList<string> Words, string Busy, string Free)> ByWord { get; } =
    [
        (["stop", "wait", "hold", "pause"], "OK, I stop here. \"{work}\" stays as it is until you say go on.", "OK. I begin nothing until you say so."),
        (["status", "far", "progress", "doing", "up to", "working on"], "I am on \"{work}\".{parts} Nothing keeps me from going on.", "Nothing at the moment. My mailbox is empty, give me something."),
        (["when", "eta", "long", "done", "finished", "ready"], "\"{work}\" is next to be done.{parts} I tell you in this thread when it is.", "I have nothing open. Tell me what you need, and I say how long it takes."),
        (["why"], "Because \"{work}\" needs it. If there is a better way, tell me, nothing is merged yet.", "It was the simplest thing that works. If there is a better way, tell me."),
        (["thanks", "thank", "great", "nice", "good"], "Thank you. On with \"{work}\".", "Thank you."),
        (["hello", "hi", "hey", "morning"], "Hello. I am on \"{work}\".{parts}", "Hello. I am free, what do you need?"),
        (["go on", "continue", "ok", "yes", "go ahead"], "Going on with \"{work}\".", "OK. I look for the next task."),
        (["please", "can you", "could you", "fix", "change", "add", "use", "make"], "Yes. I do that next, right after \"{work}\".", "Yes, I start with it now."),
        (["?"], "I look into it. First guess: it has to do with \"{work}\". I answer here when I am sure.", "I look into it, and answer here when I am sure."),
    ];

    public const string Busy = "Noted, thanks. I take it into \"{work}\".", Free = "Noted, thanks.";

    /// <summary>The one that was silent wakes up.</summary>
    public const string Awake = "Sorry, my load generator hung and took me with it. I am back: 400 requests a second, p95 is 460 ms. Going on with \"{work}\".";

    /// <summary>The one that reported an error works again.</summary>
    public const string Works = "Done. My address answers again.";

    /// <summary>About a task that a person gave it; "{title}" is its title.</summary>
    public const string Takes = "On it: \"{title}\".", Ends = "Done: \"{title}\". The tests are green.";
}
