using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;
using static Parley.Cli.Demo.Show.Story.Lines;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>What the squad of the e-invoice export has said this morning, all of it in the execution of the export.</summary>
internal static class ExportTalks
{
    public const string Vat = "vat", Preview = "preview", CreditNotes = "credit-notes", Samples = "samples", Outbox = "outbox";

    public static IReadOnlyList<DemoLine> All { get; } =
    [
        Say(Priya, Exports, "standup", "standup-exports", "Morning. Today the e-invoice export gets its endpoint and its preview. Anything in the way?"),
        Reply(Bram, Priya, "answer", "standup-exports", "Nothing in the way. The party block is half done from yesterday."),
        Reply(Noor, Priya, "answer", "standup-exports", "I need the sample set by ten. Otherwise the validator run slips to the afternoon."),
        Reply(Mika, Exports, "status_update", "standup-exports", "Credit notes page first, then the page on e-invoices.") with { Likes = [Priya] },

        Say(Noor, Bram, "question", Samples, "Which 200 sample invoices do you want in the validator run?"),
        Reply(Bram, Noor, "answer", Samples, "The ones of March, plus the 12 credit notes that broke the old PDF. The list is in shared memory.") with
        {
            Payload = """{"set": "march-2026", "invoices": 188, "credit_notes": 12}""",
            Keeps = new("export/samples/march", """{"invoices": 188, "credit_notes": 12, "source": "billing archive", "masked": true}"""),
        },
        Reply(Noor, Bram, "acknowledgment", Samples, "Got it. 200 files, names masked. I keep them out of the repository."),

        Say(Mika, Priya, "question", CreditNotes, "Does the credit notes page cover partial credits, or only full ones?"),
        Reply(Priya, Mika, "answer", CreditNotes, "Both. Partial credits are most of the questions that support gets."),
        Reply(Mika, Exports, "status_update", CreditNotes, "Draft is up: 3 examples, one of them partial."),
        Reply(Tomas, Mika, "code_review_feedback", CreditNotes, "Example 2 credits more than was invoiced. Everything else reads well."),
        Reply(Mika, Priya, "completion_notification", CreditNotes, "Credit notes page is published: 4 examples, each checked against the validator.") with
        {
            Likes = [Priya, Tomas], Then = AgentActivity.Idle,
        },

        Say(Tomas, Ines, "question", Outbox, "One outbox table for all channels, or one per channel?"),
        Reply(Ines, Tomas, "answer", Outbox, "One. Payments already polls it, and a second poller would cost more than the column."),
        Reply(Tomas, Ines, "question", Outbox, "And if e-mail backs up, do payments wait behind it?"),
        Reply(Ines, Tomas, "answer", Outbox, "No, each channel has its own cursor. I measured 40,000 rows behind: payments stayed at 12 ms."),
        Reply(Tomas, Ines, "coordination", Outbox, "Agreed. The outbox stays in one table until somebody shows me a number.") with
        {
            Keeps = new("decisions/outbox", """{"decision": "one table, one cursor per channel", "by": "tl-tomas", "why": "a second poller costs more", "measured_ms": 12}"""),
        },
        Reply(Ines, Tomas, "acknowledgment", Outbox, "Good. One table, one index, and a note in the decision log.") with { Likes = [Tomas] },

        Say(Fen, Bram, "question", Preview, "For the export preview: do I get the parties and the lines before the totals exist?"),
        Reply(Bram, Fen, "answer", Preview, "Yes. Both validate already. Totals come as null until VAT is settled, please show a dash."),
        Reply(Fen, Priya, "status_update", Preview, "Party block and lines render. I keep two empty rows below for the breakdown by rate."),
        Reply(Priya, Fen, "coordination", Preview, "Good. Start with the party block and the lines; totals follow when we have the decision."),

        Say(Priya, Exports, "task_assignment", Vat, "VAT rounding in the Peppol export: Bram takes the endpoint, Fen the preview, Noor the validator run. Mika, please keep the page on e-invoices.") with
        {
            Priority = Priority.High, Likes = [Bram, Fen, Noor],
        },
        Reply(Bram, Priya, "acknowledgment", Vat, "On it. Party block and lines first, totals last."),
        Say(Bram, Exports, "status_update", Vat, "Party block validates. For the lines I follow the sample of the national registry:\n\n```xml\n<cbc:LineExtensionAmount currencyID=\"EUR\">1249.90</cbc:LineExtensionAmount>\n```") with
        {
            Keeps = new("export/peppol/party-block", """{"status": "valid", "rules": "BIS Billing 3.0", "tests": 31}"""),
        },
        Reply(Fen, Bram, "acknowledgment", Vat, "Seen, thanks. The preview reads the same field."),
        Say(Bram, Tomas, "question", Vat, "Does BT-110 (total VAT) come from the rounded lines or from the unrounded sum? The spec allows both, the validator wants one."),
        Reply(Tomas, Bram, "answer", Vat, "Both are legal. It is a bookkeeping decision, not ours. Ask a person, and carry on with the party block meanwhile."),
        Say(Noor, Bram, "status_update", Vat, "I ran both roundings over the sample set: they differ by EUR 0.01 in 31 of 200 invoices, never by more.") with
        {
            Payload = """{"invoices": 200, "differ": 31, "by_eur": 0.01}""",
            Keeps = new("export/vat/rounding-cases", """{"invoices": 200, "differ": 31, "largest_eur": 0.01, "kept_at": "samples/rounding"}"""),
        },
    ];

    /// <summary>What they say once the question is asked.</summary>
    public static IReadOnlyList<DemoLine> WhileTheQuestionIsOpen { get; } =
    [
        Say(Fen, Bram, "question", Vat, "Can the preview show totals before you have decided? A dash would do."),
        Say(Fen, Priya, "status_update", Vat, "Waiting for Bram: the preview needs the totals block. I take the empty state first.") with { Then = AgentActivity.Blocked },
        Say(Priya, Exports, "coordination", Vat, "The VAT question is with a person. Nobody builds on either answer until it is there.") with { Priority = Priority.High },
    ];
}
