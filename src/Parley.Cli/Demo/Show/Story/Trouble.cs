using static Parley.Cli.Demo.Show.Story.Fleet;
using static Parley.Cli.Demo.Show.Story.Lines;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>What goes wrong this morning.</summary>
internal static class Trouble
{
    /// <summary>What the broken script answers to everything, until its address is back.</summary>
    public const string BadGateway = "502 Bad Gateway";

    /// <summary>Dies at the broken script.</summary>
    public static IReadOnlyList<DemoLine> ToTheBroken { get; } =
    [
        Say(Wren, DeployHook, "request", "warm", "Warm the caches of staging") with { Payload = """{"environment": "staging", "paths": ["/", "/invoices", "/export"]}""" },
        Say(Ci, DeployHook, "status_update", "deploy-build", "build 4808 of harbor/main passed"),
        Say(Wren, DeployHook, "request", PlatformTalks.Staging, "Deploy harbor 2.14-rc3 to staging") with { Payload = """{"version": "2.14-rc3", "environment": "staging"}""" },
    ];

    /// <summary>Refused by their readers, because the old digest leaves out what they need.</summary>
    public static IReadOnlyList<DemoLine> Malformed { get; } =
    [
        Say(Digest, Mika, "request", "digest-docs", "Summarize what changed in the docs.") with { Payload = """{"command": "summarize", "days": 1}""" },
        Say(Digest, Tomas, "request", "digest-decisions", "Summarize the decisions of the day.") with { Payload = """{"command": "summarize", "days": 1}""" },
    ];

    /// <summary>The field without which requests of the digest are refused.</summary>
    public const string NeededField = "since";

    public const string Refusal = "payload has no field \"since\"";

    /// <summary>Begins the storm.</summary>
    public static DemoLine Spark { get; } =
        Say(Odile, Lior, "code_review_feedback", "radius", "Button radius: 6, 7 or 8 px? Radius 6 looks sharp beside the 8 of the inputs.");

    /// <summary>What they then say in turn, the reviewer last.</summary>
    public static IReadOnlyList<string> Zigzag { get; } =
    [
        "It could. 8 then?", "8 is heavy on the small button. 7?", "7 is not on the grid of the tokens. 6?", "6 looks sharp beside the inputs. 8?",
        "8 reads better at 2x. What does 7 do for the focus ring?", "7 leaves it uneven. Then 6, unless you would rather see 8?",
        "Then 7 px it is, unless you would rather see 8?", "8 reads better at 2x. What about 6?",
    ];

    /// <summary>How many more replies they send after the first that is held.</summary>
    public const int Stubborn = 11;

    /// <summary>For the mailbox of the one who is away.</summary>
    public static IReadOnlyList<DemoLine> ForTheOneAway { get; } =
    [
        Say(Ci, Sami, "status_update", "nightly", "Nightly statistics are ready: 14 slow queries, 3 of them new."),
        Say(Wren, Sami, "coordination", "backup", "Backup of the replica ran for 52 min last night, usually 35. Worth a look."),
        Say(Juno, Sami, "question", "roles", "Does the reporting role still need DELETE on exports?"),
        Say(Noor, Sami, "question", "fixtures", "Can I have a dump of 200 invoices with masked names for the fixtures?"),
        Say(Tomas, Sami, "coordination", "partitions", "We talk about partitions of the audit table on Thursday. Your numbers of last month would help."),
        Say(Ines, Sami, "status_update", "replica", "I stopped my test on the replica, it is yours again."),
        Say(Mika, Sami, "question", "glossary", "Is it \"materialized view\" or \"snapshot\" in the docs? I found both."),
    ];

    /// <summary>Whom a project's rule sends elsewhere, what replaced what, and what is for later.</summary>
    public static DemoLine Superseded { get; } = Say(Wren, Platform, "coordination", "tonight", "We deploy 2.13 again tonight if 2.14 is not ready by five.");

    /// <inheritdoc cref="Superseded"/>
    public static DemoLine Superseding { get; } = Say(Wren, Platform, "coordination", "tonight", "We do not deploy 2.13 again: its certificate has ended. It is 2.14 or nothing.");

    /// <inheritdoc cref="Superseded"/>
    public static DemoLine Scheduled { get; } = Say(Priya, Exports, "coordination", "review", "Review of the export in ten minutes. Please bring one number each.");
}
