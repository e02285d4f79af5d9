using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;
using static Parley.Cli.Demo.Show.Story.Lines;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>What goes on while the person looks. "{build}" stands for the number of the newest build, "{next}" for the one after it.</summary>
internal static class Life
{
    /// <summary>Scenes, each in the order of its lines. They come one after the other, and then again.</summary>
    public static IReadOnlyList<IReadOnlyList<DemoLine>> Scenes { get; } =
    [
        [
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {build} of harbor/main started by Bram"),
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {build}: unit tests green (1,914), packaging").After(7),
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {build} of harbor/main passed in 3 min 9 s").After(6),
        ],
        [
            Say(Noor, Mika, "question", ExportTalks.CreditNotes, "Example 4 of the credit notes: is the date the one of the credit or of the invoice?").After(1),
            Reply(Mika, Noor, "answer", ExportTalks.CreditNotes, "Of the credit. I say so in the caption.").After(5),
            Reply(Noor, Mika, "acknowledgment", ExportTalks.CreditNotes, "Clear now.").After(3) with { Likes = [Mika] },
        ],
        [
            Say(Wren, Noor, "task_assignment", "smoke-{build}", "One more smoke run, on build {build}, please.") with { Task = "Smoke run on build {build}", Priority = Priority.High },
            Reply(Noor, Wren, "acknowledgment", "smoke-{build}", "Running. 42 tests, about two minutes.").After(4) with { Starts = "smoke-{build}", Then = AgentActivity.Working },
            Say(Noor, Wren, "status_update", "smoke-{build}", "30 of 42 green so far.").After(9),
            Say(Noor, Wren, "completion_notification", "smoke-{build}", "41 of 42. \"Download as PDF\" needs 34 s, the test waits for 30.").After(9) with
            {
                Completes = "smoke-{build}", Keeps = new("release/2.14/smoke", """{"build": {build}, "green": 41, "of": 42, "red": ["download as PDF"], "seconds": 34}"""),
            },
        ],
        [
            Say(Juno, Bram, "code_review_feedback", PlatformTalks.Scopes, "Fourth scope read: parties:read is right as it is. One left."),
            Reply(Bram, Juno, "acknowledgment", PlatformTalks.Scopes, "Thanks. I have the change ready when you are through.").After(4),
        ],
        [
            Say(Tomas, Priya, "question", "status", "Priya, may I tell Nordkap that the preview comes tomorrow?"),
            Reply(Priya, Tomas, "answer", "status", "Tell them tomorrow afternoon. Fen gets the totals last.").After(5),
            Reply(Tomas, Priya, "acknowledgment", "status", "Done. They ask for a sample file too.").After(4) with { Then = AgentActivity.Idle },
            Say(Priya, Exports, "coordination", "status", "Nordkap gets one sample file with the preview. Noor, please pick an ordinary one.").After(3) with
            {
                Keeps = new("export/progress", """{"percent": 64, "next": "preview", "promised": "Nordkap, tomorrow afternoon"}"""),
            },
        ],
        [
            Say(Ines, Wren, "status_update", PlatformTalks.Release, "The restore drill is at 60 %. No surprises so far.").After(1) with { Then = AgentActivity.Working },
            Reply(Wren, Ines, "acknowledgment", PlatformTalks.Release, "Good. I keep main frozen until you are through.").After(5),
        ],
        [
            Say(Priya, Mika, "task_assignment", "page-{build}", "Please add the sample of build {build} to the page on e-invoices.") with { Task = "Sample file of build {build} on the page", Priority = Priority.Low },
            Reply(Mika, Priya, "acknowledgment", "page-{build}", "Five minutes.").After(4) with { Starts = "page-{build}", Then = AgentActivity.Working },
            Reply(Mika, Priya, "completion_notification", "page-{build}", "Added, with the download next to the example.").After(10) with { Completes = "page-{build}", Likes = [Priya], Then = AgentActivity.Idle },
        ],
        [
            Say(Fen, Tomas, "question", ExportTalks.Preview, "The breakdown by rate has up to five rows in France. Fold it after three?"),
            Reply(Tomas, Fen, "answer", ExportTalks.Preview, "No folding on an invoice. Somebody has to sign it.").After(5),
            Reply(Fen, Tomas, "acknowledgment", ExportTalks.Preview, "True. Five rows it is.").After(3),
        ],
        [
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {next} of harbor/main started by Ines"),
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {next} of harbor/main failed: web/export, one test").After(8) with { Priority = Priority.High },
            Reply(Fen, Ci, "status_update", PlatformTalks.Builds, "Mine again: the test knew the old dash. Fixed.").After(6),
            Say(Ci, Builds, "status_update", PlatformTalks.Builds, "build {next} of harbor/main passed in 3 min 14 s").After(8),
        ],
        [
            Say(Priya, Sami, "status_update", PlatformTalks.Query, "No hurry for the plan of the export query, the preview comes first."),
            Say(Tomas, Bram, "code_review_request", "review-{build}", "Please look at the outbox cursor before lunch, 40 lines.").After(6),
            Reply(Bram, Tomas, "code_review_feedback", "review-{build}", "Looks right. One name: it is the last row sent, not the last row seen.").After(8),
            Reply(Tomas, Bram, "acknowledgment", "review-{build}", "Renamed.").After(3) with { Likes = [Bram] },
        ],
    ];
}
