using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Cli.Doctor;
using Parley.Protocol;
using Parley.Server.ExportImport;

namespace Parley.Cli.Output;

/// <summary>One item of something that goes on, on a line of its own: of a stream that is watched, or of a demo that is played.</summary>
/// <param name="Event">What <paramref name="Data"/> is: <c>message</c>, <c>status</c>, <c>completion</c>, ...</param>
/// <param name="Id">Its place in the project's log; null where it has none.</param>
internal sealed record StreamLine(string Event, string? Id, JsonElement Data);

/// <summary>A server that has come up: its address, its data folder, and what the data are stored in.</summary>
internal sealed record ServerReady(string Url, string DataFolder, string Storage);

/// <summary>JSON of what the wire has no noun for, with letters as letters, as the wire has them.</summary>
internal static class OutputJson
{
    public static CliJson Lines { get; } = new(new JsonSerializerOptions(CliJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = WireJson.Lenient.Options.MaxDepth,
    });
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireEnum<Verdict>)])]
[JsonSerializable(typeof(StreamLine))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(ExportSummary))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(RestoreSummary))]
internal sealed partial class CliJson : JsonSerializerContext;
