using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Operations;

namespace Parley.Server.ApiDocs;

/// <summary>Which fields are always there: in an answer all that the server never leaves out, in a request those without which it is refused.</summary>
internal sealed class RequiredFields(OperationCatalog catalog)
{
    private static readonly Dictionary<Type, string[]> OfRequests = new()
    {
        [typeof(SendRequest)] = ["to"],
        [typeof(RequestRequest)] = ["to"],
        [typeof(SendBatchRequest)] = ["items"],
        [typeof(AckBatchRequest)] = ["items"],
        [typeof(AckItem)] = ["message_id"],
        [typeof(ExecutionLogRequest)] = ["message"],
        [typeof(MemoryRequest)] = ["value"],
        [typeof(TaskRequest)] = ["title"],
        [typeof(EventRequest)] = ["event_type"],
        [typeof(InboundHookRequest)] = ["name", "to"],
        [typeof(WebhookRequest)] = ["url"],
        [typeof(Subscriptions)] = ["topics"],
        [typeof(TokenRequest)] = ["kind"],
        [typeof(TicketRequest)] = ["path"],
    };

    // Where several operations take one noun and only some of them need the field.
    private static readonly Dictionary<string, string[]> OfOperations = new(StringComparer.Ordinal)
    {
        ["SetMemory"] = ["key"],
        ["FailExecution"] = ["error"],
    };

    private readonly HashSet<Type> _taken = TypesIn(catalog.All.Select(declared => declared.Operation.Takes.Body).OfType<Type>());

    /// <summary>The fields of a noun, as the wire writes them.</summary>
    internal IReadOnlyList<string> Of(JsonTypeInfo noun)
    {
        if (noun.Kind != JsonTypeInfoKind.Object)
            return [];
        if (_taken.Contains(noun.Type))
            return OfRequests.GetValueOrDefault(noun.Type) ?? [];
        // What is left out where it is null or false has a condition.
        return [.. noun.Properties.Where(field => field.Get is not null && field.ShouldSerialize is null).Select(field => field.Name)];
    }

    /// <summary>What one operation needs beyond its noun.</summary>
    internal static IReadOnlyList<string> Of(string operation) => OfOperations.GetValueOrDefault(operation) ?? [];

    private static HashSet<Type> TypesIn(IEnumerable<Type> nouns)
    {
        var found = new HashSet<Type>();
        var waiting = new Stack<Type>(nouns);
        while (waiting.TryPop(out var next))
        {
            var type = Nullable.GetUnderlyingType(next) ?? next;
            if (!found.Add(type) || WireJson.Lenient.GetTypeInfo(type) is not { } info)
                continue;
            if (info.ElementType is { } element)
                waiting.Push(element);
            foreach (var field in info.Properties)
                waiting.Push(field.PropertyType);
        }

        return found;
    }
}
