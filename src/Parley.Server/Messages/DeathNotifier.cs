using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Tells senders about messages that died or expired, and then marks them. If the server crashes between the two, the notice's idempotency
/// key prevents a duplicate.</summary>
internal sealed class DeathNotifier(IMessageStore store, ProjectDirectory projects, Mailbox mailbox) : IChore, IDeathWatcher
{
    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        const int most = 100;
        var untold = await store.UntoldAsync(most, cancellationToken);
        if (untold.Count == 0)
            return null;
        foreach (var death in untold)
            await TellAsync(death, cancellationToken);
        await store.ToldAsync(untold, cancellationToken);
        return untold.Count == most ? TimeSpan.Zero : null;
    }

    public async ValueTask LookAsync(CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    private async ValueTask TellAsync(UntoldDeath death, CancellationToken cancellationToken)
    {
        // Nobody to tell: the sender was the server itself, or no longer exists.
        if (projects.Find(death.Project) is not { } project || project.Agents.Find(death.Sender) is not { } sender)
            return;
        var recipient = project.Agents.Find(death.Agent)?.Id ?? "";
        var id = MessageJsonReader.Id(death.Json);
        var isExpired = death.State == DeliveryState.Expired;
        // An expired delivery never made the attempt that it was waiting for.
        var attempts = isExpired ? death.Attempt - 1 : death.Attempt;
        var draft = new SendDraft
        {
            Type = "delivery_failed",
            Content = Json($"Your message {id} to {recipient} could not be delivered: {Reason(death, isExpired)} ({attempts} attempts)."),
            // For a request, this is the answer.
            Outcome = Outcome.Error,
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("message_id"u8, id);
                writer.WriteString("agent_id"u8, recipient);
                writer.WriteString("delivery_id"u8, death.Delivery.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("state"u8, isExpired ? "expired"u8 : "dead"u8);
                writer.WriteNumber("attempts"u8, attempts);
                writer.WriteString("last_error"u8, death.LastError);
            }),
            ReplyTo = id,
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"delivery_failed:{death.Delivery}:{death.EndedAt}"),
        };
        draft.To.Add(sender.Id);
        await mailbox.SendAsync(project, Sender.Server, draft, null, cancellationToken);
    }

    private static string Reason(UntoldDeath death, bool isExpired) => (isExpired, death.LastError) switch
    {
        (true, null) => "it expired",
        (true, var error) => $"it expired after a failure: {error}",
        (false, var error) => error ?? "it was not acknowledged",
    };

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));
}
