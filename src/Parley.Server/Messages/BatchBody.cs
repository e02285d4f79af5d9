using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>The body of a batch: each item is a draft, or the problem it has; one bad item does not spoil the others.</summary>
internal sealed class BatchBody : IInput, IBindableFromHttpContext<BatchBody>, IEndpointParameterMetadataProvider
{
    private const int MostItems = 1_000;

    private BatchBody(IReadOnlyList<(SendDraft? Draft, ApiProblem? Problem)> items, ApiProblem? problem) => (Items, Problem) = (items, problem);

    public ApiProblem? Problem { get; }

    internal IReadOnlyList<(SendDraft? Draft, ApiProblem? Problem)> Items { get; }

    public static async ValueTask<BatchBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (bytes, problem) = await BodyBytes.ReadAsync(context);
        if (problem is not null)
            return new BatchBody([], problem);
        if (!TryRead(bytes, out var items))
        {
            // Not even a list of objects: the strict reader knows what it is.
            _ = JsonInput.TryRead<SendBatchRequest>(bytes.IsEmpty ? "{}"u8 : bytes.Span, out var batch, out var fault);
            return new BatchBody([], fault ?? Problems.InvalidField("items", batch?.Items is null ? "is missing" : $"must have 1 to {MostItems} items"));
        }

        return new BatchBody([.. items.Select((item, index) => Read(item, index))], null);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(SendBatchRequest)));
        builder.Metadata.Add(new Refusals([ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMediaType]));
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

    private static (SendDraft?, ApiProblem?) Read(ReadOnlyMemory<byte> item, int index)
    {
        if (SendReader.Read(item, SendShape.Plain) is { } draft)
            return (draft, null);
        var problem = SendDiagnosis.Explain(item, SendShape.Plain);
        return (null, problem with
        {
            Errors = problem.Errors?.ToDictionary(
                error => string.Create(CultureInfo.InvariantCulture, $"items[{index}].{error.Key}"), error => error.Value, StringComparer.Ordinal),
        });
    }
}
