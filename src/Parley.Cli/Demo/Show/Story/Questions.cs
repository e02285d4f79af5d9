using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;
using static Parley.Cli.Demo.Show.Story.Lines;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>A question to the person who looks, and how its agent goes on once it has an answer.</summary>
internal sealed record StoryQuestion(DemoActor Who, string Text, IReadOnlyList<QuestionOption> Options)
{
    /// <summary>The answer if nobody gives one; null for none.</summary>
    public string? Default { get; init; }

    public double Minutes { get; init; } = 30;

    /// <summary>What the person should know; below the question.</summary>
    public string? Note { get; init; }

    /// <summary>All that is asked, as the server stores it.</summary>
    public string Content => Note is null ? Text : $"{Text}\n\n{Note}";

    /// <summary>The thread that it is asked in.</summary>
    public required string Thread { get; init; }

    /// <summary>The title of the task that it is about.</summary>
    public string? Task { get; init; }

    /// <summary>Whether it belongs to the execution of the export.</summary>
    public bool InExport { get; init; }

    /// <summary>What is said and done then. "{answer}" stands for the answer, "{value}" for its value.</summary>
    public required IReadOnlyList<DemoLine> Then { get; init; }

    /// <summary>What comes first for some of the answers, by value.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DemoLine>> Before { get; init; } = new Dictionary<string, IReadOnlyList<DemoLine>>(StringComparer.Ordinal);

    /// <summary>Titles of the asker's tasks that are completed after that, in this order.</summary>
    public IReadOnlyList<string> Completes { get; init; } = [];

    /// <summary>Steps of the release that are completed after that, each by whoever has it.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Whether the asker lets go of the files that it holds.</summary>
    public bool ReleasesFiles { get; init; }

    /// <summary>Who then starts which of its tasks, by title.</summary>
    public (DemoActor Who, string Task)? Next { get; init; }
}

/// <summary>What the person is asked.</summary>
internal static class Questions
{
    public static StoryQuestion Vat { get; } = new(Bram, "VAT rounding: per invoice or per line?",
        [
            new() { Value = "per_invoice", Label = "Per invoice", Detail = "As finance's sheet does. Old PDFs will differ by a cent now and then." },
            new() { Value = "per_line", Label = "Per line", Detail = "As our old PDF did. Finance has to change its sheet." },
            new() { Value = "ask_finance", Label = "Ask finance first", Detail = "They answer within a day. Bram takes the validator run meanwhile." },
        ])
    {
        Default = "per_invoice",
        Thread = ExportTalks.Vat,
        Task = Board.Totals,
        InExport = true,
        ReleasesFiles = true,
        Next = (Fen, Board.PreviewTask),
        Completes = [Board.Totals, Board.Endpoint],
        Note = "I need one decision before I can write the totals. Finance's sheet rounds per invoice; our old PDF rounded per line. Both are legal. On the sample set the two differ by EUR 0.01 in 31 of 200 invoices.",
        Before = new Dictionary<string, IReadOnlyList<DemoLine>>(StringComparer.Ordinal)
        {
            ["ask_finance"] =
            [
                Say(Bram, Exports, "coordination", ExportTalks.Vat, "We ask finance first. I have sent them the 31 cases, and take the validator run until they answer.").After(2),
                Say(Bram, Exports, "status_update", ExportTalks.Vat, "Finance answered faster than I thought: per invoice, as in their sheet.").After(12),
            ],
        },
        Then =
        [
            Say(Bram, Exports, "coordination", ExportTalks.Vat, "We have an answer: {answer}. I write the totals now.").After(2) with
            {
                Keeps = new("export/vat/decision", """{"question": "VAT rounding, per invoice or per line?", "status": "decided", "answer": "{value}", "final": true}"""), Likes = [Priya, Fen],
            },
            Say(Bram, Fen, "answer", ExportTalks.Vat, "The totals block is stable: net, VAT, gross, and one line a rate below. You can drop the dash.").After(4),
            Say(Fen, Bram, "acknowledgment", ExportTalks.Vat, "Thanks. The preview shows real totals in a minute.").After(2) with { Then = AgentActivity.Working },
            Say(Bram, Priya, "completion_notification", ExportTalks.Vat, "Totals are in: 200 of 200 sample invoices validate. The endpoint is done.").After(4) with
            {
                Progress = 85, Phase = "Verification", Log = "Totals follow the decision on VAT rounding. 200 of 200 sample invoices validate.", Likes = [Priya],
            },
        ],
    };

    public static StoryQuestion Migration { get; } = new(Wren, "Migration 0047 locks invoices for about 40 s. Now, tonight at 22:00, or not at all?",
        [
            new() { Value = "now", Label = "Now", Detail = "Checkout waits for 40 s in the middle of the day." },
            new() { Value = "tonight", Label = "Tonight at 22:00", Detail = "Four requests a minute at that hour." },
            new() { Value = "not", Label = "Not at all", Detail = "2.14 goes out without the index; the export stays slow." },
        ])
    {
        Default = "tonight",
        Minutes = 45,
        Thread = PlatformTalks.Release,
        Note = "Release 2.14 stands still until this is decided. The way back takes 2 s.",
        Steps = [Plan.Migrate, Plan.RollbackPlan],
        Then =
        [
            Say(Wren, Platform, "coordination", PlatformTalks.Release, "Migration 0047: {answer}. I set it up that way and go on with staging.").After(2) with
            {
                Keeps = new("release/2.14/migration", """{"migration": "0047", "decided": "{value}", "lock_seconds": 40, "way_back_seconds": 2}"""), Likes = [Ines],
            },
            Say(Ines, Wren, "status_update", PlatformTalks.Release, "The way back is written down and tried: 2 s, twice. From me it can go.").After(4),
        ],
    };

    /// <summary>The ones that wait for the person who comes in.</summary>
    public static IReadOnlyList<StoryQuestion> Open { get; } = [Vat, Migration];

    /// <summary>Asked later, one at a time, when nothing else waits for the person.</summary>
    public static IReadOnlyList<StoryQuestion> Later { get; } =
    [
        new(Juno, "May the export job read draft invoices?", [new() { Value = "no", Label = "No" }, new() { Value = "yes", Label = "Yes", Detail = "Drafts have no number yet." }])
        {
            Default = "no", Minutes = 20, Thread = PlatformTalks.Scopes, Note = "The old job could. Nobody remembers why.",
            Then = [Say(Juno, Bram, "code_review_feedback", PlatformTalks.Scopes, "Drafts: {answer}. I set the scope accordingly.").After(3)],
        },
        new(Noor, "\"Download as PDF\" is red for the third time. Ship 2.14 without it?", [new() { Value = "ship", Label = "Ship it" }, new() { Value = "fix", Label = "Fix it first", Detail = "About an hour." }])
        {
            Default = "fix", Minutes = 20, Thread = PlatformTalks.Release, Note = "The PDF arrives after 34 s, the test waits for 30.",
            Then = [Say(Noor, Wren, "status_update", PlatformTalks.Release, "The red test: {answer}. I note it in the release.").After(3)],
        },
        new(Mika, "The page on e-invoices: one page for all countries, or one each?", [new() { Value = "one", Label = "One page" }, new() { Value = "each", Label = "One each" }])
        {
            Default = "one", Minutes = 20, Thread = ExportTalks.CreditNotes,
            Then = [Say(Mika, Priya, "status_update", ExportTalks.CreditNotes, "Decided: {answer}. I start with Germany and France.").After(3)],
        },
    ];

    public static IEnumerable<StoryQuestion> All => Open.Concat(Later);

    /// <summary>Asked and answered before the person comes in; without an answer, the default counts.</summary>
    public static IReadOnlyList<(DemoActor Who, string Text, string? Answer, IReadOnlyList<string> Options)> Settled { get; } =
    [
        (Ines, "Archive exports after 7 or 10 years?", "10", ["7", "10"]),
        (Priya, "Which customer tries the preview first?", "Nordkap", []),
        (Tomas, "Keep the old export address for how long?", "Six months, then 410", []),
        (Mika, "British or American spelling?", null, ["American", "British"]),
    ];
}
