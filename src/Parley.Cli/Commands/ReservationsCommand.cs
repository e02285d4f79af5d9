using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley reservations list|renew|release</c></summary>
internal static class ReservationsCommand
{
    private static readonly Argument<string> Id = new("reservation") { Description = "The reservation's id." };

    public static Command Create() => new CliCommand("reservations", "Lists, renews, and releases reservations of paths.") { List(), Renew(), Release() };

    internal static void Print(Reservation reservation, Terminal terminal)
    {
        if (terminal.Json)
            terminal.WriteJson(reservation, WireJson.Lenient.Reservation);
        else
            terminal.WriteLine(PlainText.Of(Line(reservation)));
    }

    private static CliCommand List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that have ended." };
        var agent = new Option<string?>("--agent") { Description = "Only those of this agent.", HelpName = "AGENT" };
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists who holds which paths until when, and who waits, newest first.", "parley reservations list", "parley reservations list --agent fe-1 --json")
        {
            all, agent, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Reservations.ListAsync(
                !call.Arguments.GetValue(all), call.Arguments.GetValue(agent), status: null, call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageReservation);
            else
                Listing.WritePage(call.Terminal, ["reservation", "agent", "status", "until", "paths"], page, Row, "No reservations.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Renew()
    {
        var ttl = Numbers.Optional("--ttl", "Seconds from now until it ends; as long as it was reserved for if omitted.", "S", 1, 86_400, "a whole number from 1 to 86400");
        return new CliCommand("renew", "Holds a reservation for longer. Exit code 7 if it has ended.", "parley reservations renew 0199e1c1-0000-7000-8000-000000000900 --as fe-1")
        {
            Id, ttl,
        }.Does(async call =>
        {
            await call.ActAsync();
            Print(await call.Api.Reservations.RenewAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetValue(ttl), call.Cancellation), call.Terminal);
            return ExitCode.Done;
        });
    }

    private static CliCommand Release() => new CliCommand(
        "release", "Releases a reservation, or gives up waiting.", "parley reservations release 0199e1c1-0000-7000-8000-000000000900 --as fe-1")
    {
        Id,
    }.Does(async call =>
    {
        await call.ActAsync();
        Print(await call.Api.Reservations.ReleaseAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation), call.Terminal);
        return ExitCode.Done;
    });

    private static string Line(Reservation reservation)
    {
        var until = reservation.ExpiresAt is { } end ? $" until {end.ToLocalTime():t}" : "";
        return $"{reservation.ReservationId} {Words.Of(reservation.Status)} for {reservation.AgentId}{until}: {string.Join(", ", reservation.Paths)}";
    }

    private static IReadOnlyList<string> Row(Reservation reservation) =>
    [
        PlainText.Escape(reservation.ReservationId),
        PlainText.Escape(reservation.AgentId),
        reservation.Mode == ReservationMode.Shared ? $"{Words.Of(reservation.Status)}, shared" : Words.Of(reservation.Status),
        reservation.ExpiresAt is { } end ? WireTime.ToText(end) : "-",
        PlainText.EscapeLine(string.Join(", ", reservation.Paths), 80),
    ];
}
