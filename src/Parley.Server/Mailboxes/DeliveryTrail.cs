using System.Globalization;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>What a delivery has been through: its failed attempts, and who requeued it. Stores append to it when a delivery fails or is requeued, so those
/// that succeed at once have none.</summary>
/// <remarks>It is kept as the inside of a JSON array. SQL writes the start of each item from what the row has, and gets the end from here.</remarks>
internal static class DeliveryTrail
{
    /// <summary>If the trail is longer, it starts over: a person may requeue the same delivery any number of times.</summary>
    internal const int MostCharacters = 64 * 1024;

    /// <summary>Ends an item for a failed attempt.</summary>
    /// <param name="now">Unix milliseconds.</param>
    internal static string AttemptEnd(long now, string error) =>
        string.Create(CultureInfo.InvariantCulture, $",\"ended_at\":{now},\"error\":{JsonSerializer.Serialize(error, WireJson.Strict.String)}}}");

    /// <summary>Ends an item for a requeue.</summary>
    /// <param name="by">Who requeued it.</param>
    internal static string RequeueEnd(long now, string? by) =>
        string.Create(CultureInfo.InvariantCulture, $",\"requeued_at\":{now},\"by\":{(by is null ? "null" : JsonSerializer.Serialize(by, WireJson.Strict.String))}}}");

    internal static (IReadOnlyList<DeliveryAttempt> Attempts, IReadOnlyList<DeliveryRequeue> Requeued) Read(string? trail)
    {
        var (attempts, requeued) = (new List<DeliveryAttempt>(), new List<DeliveryRequeue>());
        if (trail is null)
            return (attempts, requeued);
        using var items = JsonDocument.Parse($"[{trail}]");
        foreach (var item in items.RootElement.EnumerateArray())
        {
            if (item.TryGetProperty("attempt"u8, out var attempt))
            {
                var error = item.GetProperty("error"u8).GetString();
                attempts.Add(new DeliveryAttempt
                {
                    Attempt = attempt.GetInt32(),
                    At = Time(item, "at"u8),
                    EndedAt = Time(item, "ended_at"u8)!.Value,
                    Outcome = DeathReasons.Of(error),
                    Error = error,
                });
            }
            else
            {
                requeued.Add(new DeliveryRequeue { At = Time(item, "requeued_at"u8)!.Value, By = item.GetProperty("by"u8).GetString(), DiedAt = Time(item, "died_at"u8) });
            }
        }

        return (attempts, requeued);
    }

    private static DateTimeOffset? Time(JsonElement item, ReadOnlySpan<byte> name) =>
        item.GetProperty(name) is { ValueKind: JsonValueKind.Number } stamp ? DateTimeOffset.FromUnixTimeMilliseconds(stamp.GetInt64()) : null;
}
