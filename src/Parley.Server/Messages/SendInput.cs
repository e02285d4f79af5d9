using Microsoft.AspNetCore.Http;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>The body of a send, read directly from its bytes.</summary>
/// <param name="noun">The type that the documentation shows.</param>
internal sealed class SendInput(SendShape shape, Type noun, params Example[] examples) : Input<SendDraft>
{
    internal override InputShape Shape { get; } = new() { Body = noun, Examples = examples };

    internal override async ValueTask<Result<SendDraft>> ReadAsync(HttpContext http, OperationOrigin origin)
    {
        var (bytes, problem) = await BodyBytes.ReadAsync(http);
        if (problem is not null)
            return problem;
        if ((JsonText.IsSound(bytes.Span) ? SendReader.Read(bytes, shape) : null) is not { } draft)
            return SendDiagnosis.Explain(bytes, shape);
        draft.IdempotencyKey ??= http.Request.Headers[IOncePerKey.Header] is [{ Length: > 0 } key, ..] ? key : null;
        return draft;
    }
}
