using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Reads a partial change: a plain merge patch, or an object with <c>patch</c> or <c>add</c>.</summary>
internal sealed class PatchInput(Example example) : Input<MemoryPatch>
{
    internal const string MergePatch = "application/merge-patch+json";

    internal override InputShape Shape { get; } = new() { Body = typeof(MemoryPatch), Examples = [example] };

    internal override async ValueTask<Result<MemoryPatch>> ReadAsync(HttpContext http, OperationOrigin origin)
    {
        var (bytes, problem) = await BodyBytes.ReadAsync(http, orType: MergePatch);
        if (problem is not null)
            return problem;
        var isMerge = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.MediaType.Equals(MergePatch, StringComparison.OrdinalIgnoreCase);
        if (isMerge && IsOneValue(bytes.Span))
            bytes = (byte[])[.. "{\"patch\":"u8, .. bytes.Span, (byte)'}'];
        return JsonInput.TryRead<MemoryPatch>(bytes.IsEmpty ? "{}"u8 : bytes.Span, out var patch, out problem) ? patch : problem;
    }

    private static bool IsOneValue(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            // The next reader reports a better error.
            return false;
        }
    }
}
