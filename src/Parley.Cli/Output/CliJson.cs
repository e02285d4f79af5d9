using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Cli.Doctor;
using Parley.Protocol;

namespace Parley.Cli.Output;

/// <summary>One item of something that goes on, on a line of its own: of a stream that is watched, or of a demo that is played.</summary>
/// <param name="Event">What <paramref name="Data"/> is: <c>message</c>, <c>status</c>, <c>completion</c>, ...</param>
/// <param name="Id">Its place in the project's log; null where it has none.</param>
internal sealed record StreamLine(string Event, string? Id, JsonElement Data);

/// <summary>JSON of what the wire has no noun for.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireEnum<Verdict>)])]
[JsonSerializable(typeof(StreamLine))]
[JsonSerializable(typeof(Diagnosis))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>With letters as letters, as the wire has them.</summary>
    public static CliJson Relaxed { get; } =
        new(new JsonSerializerOptions(Default.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
