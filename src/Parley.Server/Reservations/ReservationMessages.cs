using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Reservations;

/// <summary>What the server tells agents about their reservations, in their mailboxes.</summary>
internal static class ReservationMessages
{
    /// <summary>It is the agent's turn.</summary>
    internal const string GrantedType = "reservation_granted";

    /// <summary>Another agent wants something that it holds.</summary>
    internal const string WantedType = "reservation_wanted";

    /// <param name="reservation">As it will be after the change.</param>
    internal static Send? Granted(ProjectState project, Entities.Entity<Reservation> waited, Reservation reservation) => Message(
        project, reservation, GrantedType, $"You hold {Listed(reservation.Paths)} now, until {WireTime.ToText(reservation.ExpiresAt!.Value)}.{Waiting(reservation)}",
        writer =>
        {
            writer.WriteString("reservation_id"u8, reservation.ReservationId);
            writer.WriteNumber("fence"u8, waited.Row.Made);
            Texts(writer, "paths"u8, reservation.Paths);
            writer.WriteString("expires_at"u8, WireTime.ToText(reservation.ExpiresAt.Value));
            Texts(writer, "wanted_by"u8, reservation.WantedBy);
        });

    /// <param name="wanted">A path that both cover.</param>
    internal static Send? Wanted(ProjectState project, Reservation held, string agentId, string wanted) => Message(
        project, held, WantedType,
        $"{agentId} wants '{wanted}', which you hold until {WireTime.ToText(held.ExpiresAt!.Value)}. Release the reservation when you no longer need it.",
        writer =>
        {
            writer.WriteString("reservation_id"u8, held.ReservationId);
            writer.WriteString("agent_id"u8, agentId);
            writer.WriteString("path"u8, wanted);
            Texts(writer, "paths"u8, held.Paths);
        });

    /// <returns>Null if the agent no longer exists.</returns>
    private static Send? Message(ProjectState project, Reservation reservation, string type, string text, Action<Utf8JsonWriter> payload)
    {
        if (project.Agents.Find(reservation.AgentId) is not { } agent)
            return null;
        var draft = new SendDraft
        {
            Type = type,
            Content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String)),
            Payload = JsonFields.Write(payload),
        };
        draft.To.Add(agent.Id);
        return Mailbox.Compose(project, Sender.Server, draft, agent, thread: null);
    }

    private static void Texts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    /// <summary>Who asked for the same paths while this one waited.</summary>
    private static string Waiting(Reservation reservation) => reservation.WantedBy.Count == 0 ? "" : $" Wanted next by {Listed(reservation.WantedBy)}.";

    private static string Listed(IReadOnlyList<string> texts) =>
        texts.Count <= 3 ? string.Join(", ", texts) : $"{string.Join(", ", texts.Take(3))} and {texts.Count - 3} more";
}
