using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>How far a task is when the person comes in.</summary>
internal enum BoardState
{
    Pending,
    Assigned,
    InProgress,
    Done,
    Failed,
    Cancelled,
}

/// <summary>A task on the board of the show.</summary>
/// <param name="Title">Unique.</param>
/// <param name="Who">Who has it, or had it; null if nobody.</param>
internal sealed record BoardTask(string Title, BoardState State, DemoActor? Who = null)
{
    public DemoActor CreatedBy { get; init; } = Priya;
    public Priority Priority { get; init; } = Priority.Normal;
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>The title of the task that it is a part of.</summary>
    public string? PartOf { get; init; }

    /// <summary>Titles of the tasks that must be done first.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Due so many seconds after it was created.</summary>
    public double? DueIn { get; init; }

    /// <summary>What its agent says when it takes the task, and when the task ends.</summary>
    public string? Begins { get; init; }

    /// <inheritdoc cref="Begins"/>
    public string? Ends { get; init; }

    /// <summary>Whether the server looks for an agent that can do it.</summary>
    public bool ForWhoeverCan { get; init; }
}

/// <summary>The tasks of the show, in the order in which they are created.</summary>
internal static class Board
{
    public const string Endpoint = "Peppol BIS 3.0 export endpoint", Totals = "Totals block of the export", PreviewTask = "Export preview: party block and lines",
        Rollback = "Rollback for migration 0047", Smoke = "Smoke tests for 2.14", Load = "Load test of the export", Scopes = "Narrow the scopes of the export job";

    private const double Hour = 3600;

    public static IReadOnlyList<BoardTask> All { get; } =
    [
        new("Login rate limit", BoardState.Done, Ines) { CreatedBy = Tomas, Priority = Priority.High, Begins = "Five tries a minute per address, ten per account.", Ends = "Live behind the flag login_limit. 429 has a Retry-After." },
        new("Empty state of the export list", BoardState.Done, Fen) { Priority = Priority.Low, Ends = "It says why it is empty and has one button." },
        new("Index on invoices(issued_at)", BoardState.Done, Sami) { CreatedBy = Tomas, Ends = "Built concurrently on the replica in 11 min." },
        new("Credit notes page", BoardState.Done, Mika) { Ends = "Published with 4 examples." },
        new("Nightly dependency bump", BoardState.Failed, Ci) { CreatedBy = Wren, Priority = Priority.Low, Begins = "Bumping 14 packages.", Ends = "lockfile conflict in web/" },
        new("Fax export", BoardState.Cancelled) { Priority = Priority.Low, Ends = "No customer has a fax any more." },

        new(Endpoint, BoardState.InProgress, Bram) { Priority = Priority.High, DueIn = 3 * Hour, Begins = "Party block and lines first, totals last." },
        new("Party block of the export", BoardState.Done, Bram) { CreatedBy = Bram, PartOf = Endpoint, Ends = "Validates against BIS Billing 3.0." },
        new("Invoice lines of the export", BoardState.Done, Bram) { CreatedBy = Bram, PartOf = Endpoint, Ends = "188 of 188 sample invoices validate." },
        new(Totals, BoardState.InProgress, Bram) { CreatedBy = Bram, PartOf = Endpoint, Priority = Priority.High, DueIn = 2 * Hour, Begins = "Waits for the decision on VAT rounding." },

        new(Rollback, BoardState.InProgress, Ines) { CreatedBy = Wren, Priority = Priority.Critical, DueIn = 2, Begins = "The way back first, then the migration." },
        new("Down-migration for 0047", BoardState.Done, Ines) { CreatedBy = Ines, PartOf = Rollback, Ends = "2 s on a copy of production." },
        new("Restore drill for 0047", BoardState.InProgress, Ines) { CreatedBy = Ines, PartOf = Rollback, Begins = "Restoring last night's backup beside it." },

        new(Smoke, BoardState.InProgress, Noor) { CreatedBy = Wren, Priority = Priority.High, DueIn = Hour, Begins = "42 tests against staging." },
        new(Load, BoardState.InProgress, Kaito) { CreatedBy = Tomas, DueIn = 2 * Hour, Begins = "50 requests a second, steps of 50." },
        new("Review: export job scopes", BoardState.InProgress, Juno) { CreatedBy = Tomas, Begins = "Reading the token scopes of the export job." },
        new("Review: button radius tokens", BoardState.InProgress, Odile) { CreatedBy = Lior, Begins = "Looking at the buttons at 1x and 2x." },

        new(PreviewTask, BoardState.Assigned, Fen) { DueIn = 3 * Hour, After = [] },
        new(Scopes, BoardState.Assigned, Bram) { CreatedBy = Juno, Priority = Priority.High, DueIn = 4 * Hour },

        new("Validator run over 200 sample invoices", BoardState.Pending) { Priority = Priority.High, Needs = ["playwright", "peppol"], After = [Endpoint], DueIn = 5 * Hour },
        new("Check the plan of the monthly export query", BoardState.Pending) { CreatedBy = Tomas, Priority = Priority.High, Needs = ["postgres"], ForWhoeverCan = true, DueIn = 4 * Hour },
        new("Translate the export dialog (de, fr, nl)", BoardState.Pending) { Priority = Priority.Low, Needs = ["docs"] },
        new("Archive exports older than 10 years", BoardState.Pending) { Needs = ["go_payments"], After = [Endpoint, Rollback] },
    ];
}
