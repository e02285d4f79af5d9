using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Several sends at once. Each item is a draft or its problem, so a bad item does not affect the others.</summary>
internal sealed record SendBatch(IReadOnlyList<Result<SendDraft>> Items);

/// <summary>The body of a batch.</summary>
internal sealed class BatchInput(params Example[] examples) : Input<SendBatch>
{
    private const int MostItems = 1_000;

    internal override InputShape Shape { get; } = new() { Body = typeof(SendBatchRequest), Examples = examples };

    internal override async ValueTask<Result<SendBatch>> ReadAsync(HttpContext http, OperationOrigin origin)
    {
        var (bytes, problem) = await BodyBytes.ReadAsync(http);
        if (problem is not null)
            return problem;
        if (!TryRead(bytes, out var items))
        {
            // It is not even a list of objects. The strict reader determines what is wrong.
            _ = JsonInput.TryRead<SendBatchRequest>(bytes.IsEmpty ? "{}"u8 : bytes.Span, out var batch, out var fault);
            return fault ?? Problems.InvalidField("items", batch?.Items is null ? "is missing" : $"must have 1 to {MostItems} items");
        }

        return new SendBatch([.. items.Select(ReadItem)]);
    }

    private static bool TryRead(ReadOnlyMemory<byte> bytes, out List<ReadOnlyMemory<byte>> items)
    {
        items = [];
        try
        {
            return JsonText.IsSound(bytes.Span) && FrameItems.TrySplit(bytes, out items) && items.Count is >= 1 and <= MostItems;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Result<SendDraft> ReadItem(ReadOnlyMemory<byte> item, int index)
    {
        if (SendReader.Read(item, SendShape.Plain) is { } draft)
            return draft;
        var problem = SendDiagnosis.Explain(item, SendShape.Plain);
        return problem with
        {
            Errors = problem.Errors?.ToDictionary(
                error => string.Create(CultureInfo.InvariantCulture, $"items[{index}].{error.Key}"), error => error.Value, StringComparer.Ordinal),
        };
    }
}
