using System.Text.Json;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Watch;

/// <summary>An event in a few words: what happened, and to what, if the event says so.</summary>
internal static class EventLine
{
    private const int Longest = 80;

    // The fields that may contain the item's name, the most readable first.
    private static readonly string[] Names = ["name", "title", "agent_id"];

    public static string Of(EventRecord happened)
    {
        var what = happened.EventType.Replace('_', ' ');
        var about = happened.Data is { ValueKind: JsonValueKind.Object } data ? NameIn(data) ?? data.GetRawText() : happened.Data?.GetRawText();
        return PlainText.Line(about is null ? $"{what} ({happened.Source})" : $"{what}: {about} ({happened.Source})", Longest);
    }

    private static string? NameIn(JsonElement data) => Names
        .Select(name => data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(name => name is not null);
}
