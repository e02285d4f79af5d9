using System.Text.Json;
using Parley.Server.Operations;
using Parley.Server.Wire;

namespace Parley.Server.Idempotency;

/// <summary>An answer as it was sent, to be sent again.</summary>
internal sealed record CreationAnswer(int Status, string? Location, long? Version, byte[] Body)
{
    /// <summary>Stored while the creation is in progress.</summary>
    internal static byte[] Pending { get; } = JsonFields.Write(writer => writer.WriteBoolean("pending"u8, true));

    internal static bool IsPending(ReadOnlySpan<byte> kept) => kept.SequenceEqual(Pending);

    internal static CreationAnswer Of(JsonAnswer answer) => new(answer.Status, answer.Location, answer.Version, answer.Body);

    /// <param name="withBody">False for an answer with a secret, of which only the fact that it was sent is stored.</param>
    internal byte[] ToBytes(bool withBody) => JsonFields.Write(writer =>
    {
        writer.WriteNumber("status"u8, Status);
        if (Location is not null)
            writer.WriteString("location"u8, Location);
        if (Version is { } version)
            writer.WriteNumber("version"u8, version);
        if (!withBody)
            writer.WriteBoolean("secret"u8, true);
        else if (Body.Length > 0)
        {
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(Body);
        }
    });

    /// <returns>Null if the answer contained a secret.</returns>
    internal static CreationAnswer? Read(byte[] bytes)
    {
        using var kept = JsonDocument.Parse(bytes, JsonDepth.StoredDocument);
        var answer = kept.RootElement;
        if (answer.TryGetProperty("secret"u8, out _))
            return null;
        return new CreationAnswer(
            answer.GetProperty("status"u8).GetInt32(),
            answer.TryGetProperty("location"u8, out var location) ? location.GetString() : null,
            answer.TryGetProperty("version"u8, out var version) ? version.GetInt64() : null,
            answer.TryGetProperty("body"u8, out var body) ? System.Text.Encoding.UTF8.GetBytes(body.GetRawText()) : []);
    }

    /// <summary>The answer as it was sent the first time.</summary>
    internal Answer ToAnswer() => new JsonAnswer(Status, Body, Location) { Version = Version };
}
