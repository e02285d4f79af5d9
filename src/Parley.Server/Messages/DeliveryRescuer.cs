using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Messages;

/// <summary>Queues what is due and gives back what has lapsed.</summary>
internal sealed class DeliveryRescuer(IMessageStore store, TimeProvider clock) : IChore
{
    /// <summary>Each node looks after what its own connections hold; what is due anywhere is queued by whoever comes first.</summary>
    public bool IsOfEachNode => true;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var result = await store.RescueAsync(cancellationToken);
        if (result.More)
            return TimeSpan.Zero;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return result.NextDue is { } due ? TimeSpan.FromMilliseconds(Math.Clamp(due - now, 1, 1_000)) : null;
    }
}

/// <summary>Expires what nobody took in time.</summary>
internal sealed class DeliveryExpirer(IMessageStore store) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken) =>
        await store.ExpireAsync(cancellationToken) > 0 ? TimeSpan.FromMilliseconds(10) : null;
}

/// <summary>Tells senders of messages that died. What it has told is marked; a crash between is caught by the notice's key.</summary>
internal sealed class DeathNotifier(IMessageStore store, ProjectDirectory projects, Mailbox mailbox) : IChore
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
        await store.ToldAsync([.. untold.Select(death => death.Delivery)], cancellationToken);
        return untold.Count == most ? TimeSpan.Zero : null;
    }

    private async ValueTask TellAsync(UntoldDeath death, CancellationToken cancellationToken)
    {
        // Nobody to tell: the sender was the server itself, or is gone.
        if (projects.Find(death.Project) is not { } project || project.Agents.Find(death.Sender) is not { } sender)
            return;
        var recipient = project.Agents.Find(death.Agent)?.Id ?? "";
        var id = MessageJsonReader.Id(death.Json);
        var draft = new SendDraft
        {
            Type = "delivery_failed",
            Content = Json($"Your message {id} to {recipient} could not be delivered: {death.LastError ?? "it was not acknowledged"} ({death.Attempt} attempts)."),
            Payload = JsonObject.Write(writer =>
            {
                writer.WriteString("message_id"u8, id);
                writer.WriteString("agent_id"u8, recipient);
                writer.WriteString("delivery_id"u8, death.Delivery.ToString(CultureInfo.InvariantCulture));
                writer.WriteNumber("attempts"u8, death.Attempt);
                writer.WriteString("last_error"u8, death.LastError);
            }),
            ReplyTo = id,
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"delivery_failed:{death.Delivery}:{death.Seq}"),
        };
        draft.To.Add(sender.Id);
        await mailbox.SendAsync(project, Sender.Server, draft, null, cancellationToken);
    }

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text, WireJson.Strict.String));
}

/// <summary>Takes from the log what is older than its project keeps.</summary>
internal sealed class LogPruner(IMessageStore store, IMessageIndex index, Log.ILogStore log, ProjectDirectory projects, TimeProvider clock) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            if (project.Settings.Retention is not { } retention)
                continue;
            var before = await log.FirstSeqAsync(project.Number, cancellationToken);
            var olderThan = (clock.GetUtcNow() - retention).ToUnixTimeMilliseconds();
            // A bounded part at a time, with room for senders between.
            while (await store.PruneAsync(project.Number, olderThan, cancellationToken))
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);
            var first = await log.FirstSeqAsync(project.Number, cancellationToken);
            while (first != before && await index.PruneAsync(project.Number, first, cancellationToken))
                await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancellationToken);
        }

        return null;
    }
}
