using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Git;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley reserve PATH... [-- COMMAND]</c></summary>
internal static class ReserveCommand
{
    private const int UsualTtl = 900, TtlOfCommand = 120;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), TimeToRelease = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Globs, as git writes them, in quotation marks: relative to the current folder, or :/PATH from the root of the repository. After --, a command to run while they are held.",
            Arity = ArgumentArity.OneOrMore,
        };
        var shared = new Option<bool>("--shared") { Description = "Others may hold the paths too, if they share them as well." };
        var wait = new Option<bool>("--wait") { Description = "Wait for your turn if others hold some of the paths." };
        var ttl = Numbers.Optional(
            "--ttl", $"How long to hold them, in seconds (1-86400): {UsualTtl} if omitted; with a command {TtlOfCommand}, and it is renewed while the command runs.", "S", 1, 86_400,
            "a whole number from 1 to 86400");
        var reason = new Option<string?>("--reason") { Description = "Why you reserve them; others see it.", HelpName = "TEXT" };
        return new CliCommand("reserve", "Reserves paths, so that no other agent works on the same files. Exit code 7 if others hold some of them.",
            "parley reserve 'src/login/**' docs/login.md --as fe-1 --reason \"The login page\"", "parley reserve package.json --wait --as ci -- npm install")
        {
            paths, shared, wait, ttl, reason,
        }.Does(async call =>
        {
            var (globs, command) = Split(call.Arguments.GetRequiredValue(paths), Environment.GetCommandLineArgs());
            if (globs.Length == 0)
                throw new CommandException(ExitCode.UsedWrongly, "No path was given before the --.", "Write the paths first: parley reserve PATH... -- COMMAND.");
            var repository = await RepositoryPaths.HereAsync(call.Cancellation);
            globs = [.. globs.Select(repository.FromRoot)];
            await call.ActAsync();
            var request = new ReservationRequest
            {
                Paths = globs,
                AgentId = call.Reader == Call.Operators ? null : call.Reader,
                Mode = call.Arguments.GetValue(shared) ? ReservationMode.Shared : null,
                // It is renewed while the command runs, so a short time does no harm. After a kill, others wait no longer than that.
                TtlSeconds = call.Arguments.GetValue(ttl) ?? (command.Length > 0 ? TtlOfCommand : UsualTtl),
                Reason = call.Arguments.GetValue(reason),
                Wait = call.Arguments.GetValue(wait) ? true : null,
            };
            var reservation = await call.Api.Reservations.CreateAsync(request, call.Cancellation);
            try
            {
                reservation = await TurnAsync(call, reservation);
                if (command.Length == 0)
                {
                    ReservationsCommand.Print(reservation, call.Terminal);
                    return ExitCode.Done;
                }

                return await new ReservedRun(call, reservation).RunAsync(command);
            }
            finally
            {
                // Nobody uses it anymore: the command has ended, or the wait was given up.
                if (command.Length > 0 || reservation.Status == ReservationStatus.Waiting)
                    await ReleaseAsync(call, reservation);
            }
        }).WaitsForItsProgram();
    }

    /// <summary>The paths, and the command after the first <c>--</c>. The parser puts both into one list.</summary>
    internal static (string[] Paths, string[] Command) Split(string[] words, string[] line)
    {
        var at = Array.IndexOf(line, "--");
        var command = at < 0 ? [] : line[(at + 1)..];
        return (words[..^command.Length], command);
    }

    private static async Task<Reservation> TurnAsync(Call call, Reservation reservation)
    {
        if (reservation.Status == ReservationStatus.Waiting)
            call.Terminal.Note($"Waiting for others to release {string.Join(", ", reservation.Paths)}.");
        var isAway = false;
        while (reservation.Status == ReservationStatus.Waiting)
        {
            await Task.Delay(Look, call.Time, call.Cancellation);
            try
            {
                reservation = await call.Api.Reservations.GetAsync(reservation.ReservationId, call.Cancellation);
                isAway = false;
            }
            catch (ParleyException unanswered) when (unanswered.Retryable)
            {
                // Its place in the queue is stored, so a restart of the server does not end the wait.
                if (!isAway)
                    call.Terminal.Note($"{unanswered.Message} Still waiting; Ctrl-C gives up.");
                isAway = true;
            }
        }

        return reservation.Status == ReservationStatus.Active
            ? reservation
            : throw new CommandException(ExitCode.Conflict, $"The reservation is {Words.Of(reservation.Status)} and was never used.", "Reserve the paths again.");
    }

    private static async Task ReleaseAsync(Call call, Reservation reservation)
    {
        using var patience = new CancellationTokenSource(TimeToRelease, call.Time);
        try
        {
            await call.Api.Reservations.ReleaseAsync(reservation.ReservationId, patience.Token);
        }
        catch (Exception gone) when (gone is ParleyException or OperationCanceledException)
        {
            call.Terminal.Note($"The paths could not be released, and stay reserved until their time is over: {gone.Message}");
        }
    }
}
