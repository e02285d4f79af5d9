using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>What the fleet shares: memory, files, and the rules of the project.</summary>
internal static class Shelf
{
    /// <summary>Entries of shared memory in the order in which they are written; a key that comes again is another version.</summary>
    public static IReadOnlyList<(DemoActor Who, DemoNote Note)> Memory { get; } =
    [
        (Tomas, new("team/conventions", """{"branches": "name/topic", "commits": "say why", "reviews": "within two hours", "money": "integer cents, never floats"}""")),
        (Mika, new("team/glossary", """{"e-invoice": "a structured invoice, no PDF", "Peppol": "the network that carries it", "BT-110": "total VAT of the invoice"}""")),
        (Priya, new("team/on-call", """{"today": "rel-wren", "tomorrow": "be-ines"}""")),
        (Tomas, new("decisions/archive-years", """{"decision": 10, "why": "tax law in three of our countries"}""")),
        (Tomas, new("decisions/money-type", """{"decision": "integer cents", "since": "2.9"}""")),
        (Priya, new("decisions/first-customer", """{"decision": "Nordkap", "why": "they asked for it, and read our release notes"}""")),
        (Juno, new("decisions/token-lifetime", """{"decision": "15 min", "refresh": "8 h"}""")),
        (Priya, new("export/progress", """{"percent": 10, "next": "party block"}""")),
        (Bram, new("export/peppol/endpoint", """{"path": "/invoices/{id}/peppol", "answers": "application/xml", "profile": "BIS Billing 3.0"}""")),
        (Bram, new("export/vat/rates", """{"DE": [19, 7], "FR": [20, 10, 5.5], "NL": [21, 9]}""")),
        (Bram, new("export/vat/decision", """{"question": "VAT rounding, per invoice or per line?", "status": "open"}""")),
        (Tomas, new("export/vat/decision", """{"question": "VAT rounding, per invoice or per line?", "status": "both_are_legal", "asked_by": "be-bram"}""")),
        (Bram, new("export/vat/decision", """{"question": "VAT rounding, per invoice or per line?", "status": "waiting_for_operator", "asked_by": "be-bram", "options": ["per_invoice", "per_line"], "default": "per_invoice"}""")),
        (Noor, new("export/vat/decision", """{"question": "VAT rounding, per invoice or per line?", "status": "waiting_for_operator", "asked_by": "be-bram", "options": [{"id": "per_invoice", "differs_in": 31, "by_eur": 0.01}, {"id": "per_line", "differs_in": 0, "by_eur": 0}], "default": "per_invoice", "final": false}""")),
        (Priya, new("export/progress", """{"percent": 62, "next": "totals block", "waits_for": "VAT rounding"}""")),
        (Wren, new("release/2.14/plan", """{"freeze": "09:00", "staging": "noon", "production": "when a person says so"}""")),
        (Ines, new("release/2.14/migration", """{"migration": "0047", "table": "invoices", "lock_seconds": 40}""")),
        (Ines, new("release/2.14/migration", """{"migration": "0047", "table": "invoices", "lock_seconds": 40, "way_back_seconds": 2}""")),
        (Fen, new("handover/fe-fen", """{"done": ["party block", "lines"], "open": ["totals", "breakdown by rate"]}""")),
        (Noor, new("handover/qa-noor", """{"open": ["trace of \"download as PDF\""], "sample_set": "march-2026"}""")),
    ];

    /// <summary>Who alone may write what; everybody may read it.</summary>
    public static IReadOnlyList<(string Key, DemoActor Owner, MemoryAccess Access)> Guarded { get; } =
    [
        ("export/vat/decision", Bram, new MemoryAccess { Read = ["*"], Write = [Exports.Address] }),
        ("team/on-call", Priya, new MemoryAccess { Read = ["*"], Write = [Priya.AgentId, "role:release"] }),
    ];

    /// <summary>What an answered question changes only once somebody may write it: the last of these waits for the first.</summary>
    public static IReadOnlyList<(DemoActor Who, ReservationRequest Wanted)> Files { get; } =
    [
        (Bram, Exclusive("The totals block of the export.", "src/export/peppol/**", "src/export/totals.py")),
        (Ines, Exclusive("The way back of 0047.", "migrations/0047/**")),
        (Lior, Exclusive("The radius of the buttons.", "packages/ui/tokens/**")),
        (Mika, Exclusive("The page on e-invoices.", "docs/e-invoices/**") with { Mode = ReservationMode.Shared }),
        (Fen, Exclusive("The preview reads the totals.", "src/export/totals.py")),
    ];

    public static IReadOnlyList<RoutingRule> Rules { get; } =
    [
        new()
        {
            Name = "reviews-of-secrets", Description = "Whoever asks for a review of tokens or secrets gets the security agent.",
            When = new RoutingConditions { Types = ["code_review_request"], Words = ["secret", "secrets", "credential", "credentials"] }, To = ["capability:appsec"],
        },
        new()
        {
            Name = "outages-first", Description = "What sounds like an outage is read before everything else.",
            When = new RoutingConditions { Pattern = "(?i)\\b(outage|is down)\\b" }, Priority = Priority.Critical,
        },
        new()
        {
            Name = "builds", Description = "Messages of the build are marked, so that they can be filtered.",
            When = new RoutingConditions { Senders = [Ci.AgentId] }, Metadata = System.Text.Json.JsonElement.Parse("""{"source": "build"}"""),
        },
    ];

    /// <summary>Tells nobody anything until a release has shipped, which no agent of the show ever publishes.</summary>
    public static WebhookRequest Webhook { get; } = new()
    {
        Url = "https://hooks.harbor.example/releases",
        Types = ["release.shipped"],
        Description = "Tells the customers' channel that a release has shipped.",
    };

    private static ReservationRequest Exclusive(string reason, params string[] paths) =>
        new() { Paths = paths, Reason = reason, Wait = true, TtlSeconds = 6 * 3600 };
}
