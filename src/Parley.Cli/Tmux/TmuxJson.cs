using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>A pane, for programs.</summary>
/// <param name="Program">What runs in it.</param>
/// <param name="Agent">The agent that it was adopted as; null if it was not.</param>
/// <param name="Suggestion">The agent that it would be adopted as; null if nothing says it.</param>
/// <param name="State"><c>idle</c>, <c>busy</c>, <c>draft</c>, <c>dialog</c>, or <c>unknown</c>.</param>
internal sealed record PaneLine(string Socket, string Pane, string Place, string Program, string Folder, string? Agent, string? Suggestion, string State, string? Detail);

/// <summary>What was done with a pane, or would be.</summary>
/// <param name="Done"><c>registered</c>, <c>adopted</c>, <c>would_adopt</c>, or <c>refused</c>.</param>
internal sealed record AdoptionLine(string Socket, string Pane, string Place, string Program, string? Agent, string Done, string? Reason);

/// <summary>How a text went that was typed into a pane.</summary>
internal sealed record TypedLine(string Pane, WakeOutcome Outcome, string? Detail);

/// <summary>Like the wire, without escapes for letters beyond ASCII.</summary>
internal static class TmuxLines
{
    public static TmuxJson Json { get; } = new(new JsonSerializerOptions(TmuxJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(WireEnum<WakeOutcome>), typeof(WireTime)])]
[JsonSerializable(typeof(PaneLine))]
[JsonSerializable(typeof(AdoptionLine))]
[JsonSerializable(typeof(BridgeLine))]
[JsonSerializable(typeof(TypedLine))]
internal sealed partial class TmuxJson : JsonSerializerContext;
