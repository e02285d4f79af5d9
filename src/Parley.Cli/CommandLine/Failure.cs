using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.CommandLine;

/// <summary>Why a command failed: what is wrong, where, and what to do. This is the only place where errors become exit codes.</summary>
internal sealed record Failure(ExitCode ExitCode, Problem Problem, string? Remedy)
{
    /// <summary>The failure for an exception; null if it is a bug.</summary>
    public static Failure? Of(Exception exception, CancellationToken interrupted) => exception switch
    {
        ParleyUnreachableException unreachable => new(ExitCode.Unreachable, unreachable.Problem, Remedy: null),
        ParleyException refused => new(ExitCodeOf(refused.Problem), refused.Problem, RemedyFor(refused)),
        ParleyConfigurationException missing => Local(ExitCode.Refused, missing.Message, remedy: null),
        CommandException command => Local(command.ExitCode, command.Message, command.Remedy),
        OperationCanceledException when interrupted.IsCancellationRequested => Local(ExitCode.Failed, "Interrupted.", remedy: null),
        IOException or UnauthorizedAccessException => Local(ExitCode.Failed, exception.Message, remedy: null),
        _ => null,
    };

    /// <summary>The failure for a bug.</summary>
    public static Failure Unforeseen(Exception bug) => Local(ExitCode.Failed, CommandLine.Unforeseen.Describe(bug), remedy: null);

    /// <summary>Invalid arguments.</summary>
    public static Failure Usage(IEnumerable<string> reasons, string command) =>
        Local(ExitCode.UsedWrongly, string.Join(Environment.NewLine, reasons), $"See '{command} --help'.");

    /// <summary>Prints it on standard error, as text or as a problem document.</summary>
    public void Tell(Terminal terminal)
    {
        if (terminal.Json)
        {
            terminal.WriteJsonError(Problem, WireJson.Lenient.Problem);
            return;
        }

        var text = Problem.Detail ?? Problem.Title ?? Problem.Code;
        terminal.Notes.MarkupLine($"[red]parley:[/] {PlainText.EscapeLines(text, indent: 8)}");
        foreach (var (field, reasons) in Problem.Errors ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            // A single reason is already in the detail.
            var why = string.Join("; ", reasons);
            if (!text.StartsWith($"{field}: {why}", StringComparison.Ordinal))
                terminal.Notes.MarkupLine($"  [bold]{PlainText.Escape(field)}[/]: {PlainText.Escape(why)}");
        }

        if (Remedy is not null)
            terminal.Notes.MarkupLine($"  {PlainText.EscapeLines(Remedy, indent: 2)}");
    }

    private static ExitCode ExitCodeOf(Problem problem) => problem.Status switch
    {
        400 or 413 or 415 or 422 => ExitCode.UsedWrongly,
        401 or 403 => ExitCode.Refused,
        404 => ExitCode.NotFound,
        408 or 504 => ExitCode.TimedOut,
        409 or 412 => ExitCode.Conflict,
        _ => ExitCode.Failed,
    };

    private static string? RemedyFor(ParleyException refused) => refused.Code switch
    {
        ErrorCodes.Unauthorized => "Give a valid token with --token or PARLEY_TOKEN; 'parley doctor' checks the one in use.",
        ErrorCodes.Forbidden => "Use a token that may do this ('parley token create' makes one), or --as an agent that may.",
        ErrorCodes.UnknownRecipient => "'parley agents' lists the agents; 'parley register NAME' adds one.",
        ErrorCodes.NoCapableAgent => "'parley agents' lists the agents with their capabilities.",
        ErrorCodes.MailboxFull => "The recipient does not keep up: try again later, or raise the project's mailbox_limit.",
        ErrorCodes.BudgetSpent => "'parley budget list' shows what is spent.",
        ErrorCodes.RateLimited or ErrorCodes.IndexBehind or ErrorCodes.Stopping => $"Try again {After(refused.RetryAfter)}.",
        ErrorCodes.StorageUnavailable => $"Try again {After(refused.RetryAfter)}; 'parley doctor' checks the disk.",
        ErrorCodes.LeaseLost => "Somebody else may have it by now: look again before you go on.",
        ErrorCodes.RequestTimeout => "A later reply arrives in the inbox; --timeout waits longer.",
        _ => null,
    };

    private static string After(TimeSpan? delay) => delay is { } time ? $"after {Math.Ceiling(time.TotalSeconds):0} s" : "later";

    private static Failure Local(ExitCode exitCode, string detail, string? remedy) =>
        new(exitCode, new Problem { Code = CodeOf(exitCode), Title = "The command failed.", Detail = detail }, remedy);

    private static string CodeOf(ExitCode exitCode) => exitCode switch
    {
        ExitCode.UsedWrongly => ErrorCodes.InvalidRequest,
        ExitCode.NotFound => ErrorCodes.NotFound,
        ExitCode.TimedOut => ErrorCodes.RequestTimeout,
        ExitCode.Refused => ErrorCodes.Unauthorized,
        ExitCode.Unreachable => ParleyUnreachableException.UnreachableCode,
        ExitCode.Conflict => ErrorCodes.Conflict,
        _ => "failed",
    };
}
