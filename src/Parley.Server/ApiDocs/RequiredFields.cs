using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Operations;

namespace Parley.Server.ApiDocs;

/// <summary>Which fields are always present: in an answer, those that the server never leaves out; in a request, those that it must have.</summary>
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
        [typeof(QuestionRequest)] = ["content"],
        [typeof(QuestionAnswer)] = ["answer"],
        [typeof(ReservationRequest)] = ["paths"],
        [typeof(ReservationCheck)] = ["files"],
        [typeof(RoutingRulesRequest)] = ["rules"],
        [typeof(RoutingRule)] = ["name"],
        [typeof(Subscriptions)] = ["topics"],
        [typeof(TokenRequest)] = ["kind"],
        [typeof(TicketRequest)] = ["path"],
        [typeof(SignInRequest)] = ["ticket"],
        [typeof(SnoozeRequest)] = ["until"],
        [typeof(NextWakeRequest)] = ["way"],
        [typeof(WakeReport)] = ["outcome"],
    };

    // For types that several operations take, if only some of them require the field.
    private static readonly Dictionary<string, string[]> OfOperations = new(StringComparer.Ordinal)
    {
        ["SetMemory"] = ["key"],
        ["FailExecution"] = ["error"],
        ["PutWorkflowDefinition"] = ["steps"],
        ["FailWorkflowStep"] = ["error"],
    };

    private readonly HashSet<Type> _taken = TypesIn(catalog.All.Select(declared => declared.Operation.Takes.Body).OfType<Type>());

    /// <summary>The fields of a wire type, as written on the wire.</summary>
    internal IReadOnlyList<string> Of(JsonTypeInfo noun)
    {
        if (noun.Kind != JsonTypeInfoKind.Object)
            return [];
        if (_taken.Contains(noun.Type))
            return OfRequests.GetValueOrDefault(noun.Type) ?? [];
        // Fields that are left out if they are null or false have a condition.
        return [.. noun.Properties.Where(field => field.Get is not null && field.ShouldSerialize is null).Select(field => field.Name)];
    }

    /// <summary>What one operation requires in addition to its type.</summary>
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
