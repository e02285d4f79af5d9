using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;
using static Parley.Cli.Demo.Show.Story.Lines;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>What the others have said this morning: releases, builds, reviews, data.</summary>
internal static class PlatformTalks
{
    public const string Release = "release", Builds = "builds", Scopes = "scopes", Query = "query", LoadTest = "load-test", Staging = "staging";

    /// <summary>Who is away says where it is before it goes.</summary>
    public static IReadOnlyList<DemoLine> BeforeSomebodyLeaves { get; } =
    [
        Say(Wren, Platform, "standup", "standup-platform", "Morning. Release 2.14 goes out today if the smoke tests let it. What should I know?"),
        Reply(Ines, Wren, "answer", "standup-platform", "Migration 0047 adds an index on invoices. It needs a lock, so I write the way back first."),
        Reply(Juno, Wren, "answer", "standup-platform", "Reviewing the token scopes of the export job. It asks for more than it needs."),
        Reply(Sami, Wren, "answer", "standup-platform", "The index on invoices(issued_at) is built on the replica. My host gets its update after that."),

        Say(Sami, Platform, "status_update", "host-update", "Index on invoices(issued_at) is built. Going down for the host update, back within two hours.") with
        {
            Keeps = new("handover/data-sami", """{"done": ["index on invoices(issued_at)"], "open": ["plan of the monthly export query"], "back_in": "two hours"}"""),
        },
    ];

    public static IReadOnlyList<DemoLine> All { get; } =
    [
        Say(Priya, Sami, "question", Query, "Plan of the monthly export query: does it use the new index, or does it still scan?"),
        Say(Priya, Tomas, "question", Query, "Sami is away for the host update. Who else can check the plan of the export query?"),
        Reply(Tomas, Priya, "answer", Query, "Nobody with postgres is here right now. I can read a plan, but I do not change one without Sami."),
        Say(Bram, Sami, "question", "export-view", "When you are back: the query joins invoices twice. Can the view do it once?"),
        Say(Ines, Sami, "question", "lock", "Please have a look at the lock that 0047 takes on the replica. I get 38 to 43 s."),

        Say(Kaito, Platform, "status_update", LoadTest, "Load test of the export: starting at 50 requests a second, steps of 50."),
        Say(Kaito, Ines, "status_update", LoadTest, "At 250 a second p95 is 310 ms. The export job holds its connections well."),
        Reply(Ines, Kaito, "answer", LoadTest, "Good. Watch the pool above 300, it has 40 connections."),
        Say(Kaito, Platform, "status_update", LoadTest, "Ramping the export to 400 requests a second.") with
        {
            Keeps = new("export/load", """{"step": 400, "p95_ms": 310, "pool": 40}"""),
        },
        Say(Priya, Kaito, "question", "first-number", "Can you give me a first number before the review at three?"),
        Say(Ines, Kaito, "question", LoadTest, "Did the pool hold above 300?"),

        Say(Juno, Bram, "code_review_request", Scopes, "Token scopes of the export job: it asks for invoices:write. It only reads. Please narrow it.") with { Priority = Priority.High },
        Reply(Bram, Juno, "answer", Scopes, "Right, left over from the old job. Two of five go; the other three it needs."),
        Reply(Juno, Bram, "code_review_feedback", Scopes, "files:delete is not needed either, the retention job removes the files."),
        Reply(Juno, Tomas, "status_update", Scopes, "Two of five scopes are wider than they need to be. I read the rest before lunch.") with
        {
            Payload = """{"asked": ["invoices:read", "invoices:write", "files:write", "files:delete", "parties:read"], "too_wide": ["invoices:write", "files:delete"]}""",
        },

        Say(Ci, Fleet.Builds, "status_update", Builds, "Builds of harbor/main, one message each"),
        Say(Ci, Fleet.Builds, "status_update", Builds, "build 4808 of harbor/main passed in 3 min 20 s"),
        Say(Ci, Fleet.Builds, "status_update", Builds, "build 4809 of harbor/main failed: 2 tests of web/export, the fixture is from 2025") with { Priority = Priority.High },
        Reply(Fen, Ci, "status_update", Builds, "The fixture is mine. Fixed in a4c19e2."),
        Say(Ci, Fleet.Builds, "status_update", Builds, "build 4810 of harbor/main passed in 3 min 12 s"),

        Say(Noor, Wren, "question", "flaky", "The test \"download as PDF\" fails one time in six. Quarantine it or fix it?"),
        Reply(Wren, Noor, "answer", "flaky", "Fix it. Last time we quarantined it, the bug behind it shipped."),
        Reply(Noor, Wren, "acknowledgment", "flaky", "Fair. I collect a trace with the next run."),

        Say(Wren, Ines, "question", Release, "Release 2.14: how long does migration 0047 lock invoices, and can we go back?"),
        Reply(Ines, Wren, "answer", Release, "About 40 s on production's size. The way back takes 2 s on a copy, so a bad release costs us a minute."),
        Say(Wren, Noor, "request", Release, "Please run the smoke tests of 2.14 against staging."),
        Reply(Noor, Wren, "status_update", Release, "Smoke run 1 of 2.14: 41 of 42 green, \"download as PDF\" timed out."),
        Reply(Wren, Noor, "question", Release, "Same build, or 4811 with the fixture?"),
        Reply(Noor, Wren, "answer", Release, "Same build. I run it again on 4811 so that we know whether it is the fixture.") with
        {
            Keeps = new("release/2.14/smoke", """{"run": 2, "green": 41, "of": 42, "red": ["download as PDF"]}"""),
        },
        Say(Ines, Wren, "status_update", Release, "The down-migration is drafted. It takes 2 s on a copy, so a restore drill is next.") with { Then = AgentActivity.Working },

        Say(Tomas, UiKit, "question", "tokens", "Do the new tokens reach the export dialog by themselves, or does Fen have to import them?"),
        Reply(Lior, Tomas, "answer", "tokens", "By themselves. The dialog reads the theme, not the file."),
        Reply(Odile, Lior, "code_review_feedback", "tokens", "One place does not: the dialog's footer has a 6 of its own."),
        Reply(Lior, Odile, "acknowledgment", "tokens", "Seen, I take it out."),
    ];
}
