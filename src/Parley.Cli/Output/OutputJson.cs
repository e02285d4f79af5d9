using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Cli.Doctor;
using Parley.Cli.Harnesses;
using Parley.Protocol;
using Parley.Server.ExportImport;

namespace Parley.Cli.Output;

/// <summary>One line of output from a command that keeps running: an item of a stream, or of a demo.</summary>
/// <param name="Event">The type of <paramref name="Data"/>: <c>message</c>, <c>status</c>, <c>completion</c>, ...</param>
/// <param name="Id">Its place in the project's log; null if it has none.</param>
internal sealed record StreamLine(string Event, string? Id, JsonElement Data);

/// <summary>A part of a demo's story, and the page of the documentation about it.</summary>
internal sealed record DemoChapter(string Title, string Page);

/// <summary>A server that is ready: its address, its data folder, its storage, and a link that signs a browser in.</summary>
internal sealed record ServerReady(string Url, string DataFolder, string Storage, string SignInUrl);

/// <summary>A link that signs a browser in, once.</summary>
internal sealed record SignInLink(string Url, DateTimeOffset ExpiresAt);

/// <summary>The JSON of types that are not on the wire. Like the wire, it does not escape non-ASCII letters.</summary>
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
    Converters = [typeof(WireEnum<Verdict>), typeof(WireEnum<Installed>), typeof(WireTime)])]
[JsonSerializable(typeof(StreamLine))]
[JsonSerializable(typeof(DemoChapter))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(IReadOnlyList<HarnessState>))]
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(SignInLink))]
[JsonSerializable(typeof(ExportSummary))]
[JsonSerializable(typeof(ImportSummary))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(RestoreSummary))]
internal sealed partial class CliJson : JsonSerializerContext;
