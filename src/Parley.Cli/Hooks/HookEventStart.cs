using System.Text.Json;

namespace Parley.Cli.Hooks;

/// <summary>What a hook itself has to know of its event. The server reads the rest.</summary>
/// <param name="Folder">The folder that the harness works in; null if the event does not say.</param>
/// <param name="Session">The harness's id of the session; null if the event does not say.</param>
internal readonly record struct HookEventStart(string? Folder, string? Session)
{
    /// <summary>Reads the beginning of an event. Harnesses put what all events have before the output of tools, which can be long.</summary>
    internal static HookEventStart Read(ReadOnlySpan<byte> bytes)
    {
        var (folder, session) = ((string?)null, (string?)null);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1_000 }));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return default;
            while ((folder is null || session is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isFolder, isSession) = (reader.ValueTextEquals("cwd"u8), reader.ValueTextEquals("session_id"u8));
                if (!reader.Read())
                    break;
                if (isFolder && reader.TokenType == JsonTokenType.String)
                    folder = reader.GetString();
                else if (isSession && reader.TokenType == JsonTokenType.String)
                    session = reader.GetString();
                else if (!reader.TrySkip())
                    break;
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The server says what is wrong with it.
        }

        return new HookEventStart(folder is { Length: > 0 } ? folder : null, session);
    }
}
