using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>A pause as both databases store it: JSON in a text column.</summary>
internal static class PauseText
{
    internal static string? Of(Pause? pause) => pause is null ? null : JsonSerializer.Serialize(pause, WireJson.Strict.Pause);

    internal static Pause? Read(string? text) => text is null ? null : JsonSerializer.Deserialize(text, WireJson.Lenient.Pause);

    /// <summary>The pause of an agent, which may be older than the text.</summary>
    internal static Pause? Read(bool isPaused, string? text) => isPaused ? Read(text) ?? new Pause() : null;
}
