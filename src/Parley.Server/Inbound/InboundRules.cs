using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Wire;

namespace Parley.Server.Inbound;

/// <summary>The rules for hooks, and how deliveries become messages.</summary>
internal static class InboundRules
{
    /// <summary>The types of its log entries.</summary>
    internal const string UpdatedType = "inbound_updated", RemovedType = "inbound_removed";

    internal const int MostHooks = 100;

    private const string Noun = "inbound hook", UsualType = "webhook", Separator = ": ";

    private const int MostAddresses = 100, LongestAddress = 300, ShortestSecret = 16, LongestSecret = 255, LongestHeader = 255;

    /// <summary>The headers that identify a delivery; the first one found counts.</summary>
    private static readonly string[] DeliveryHeaders = ["X-Parley-Delivery", "X-GitHub-Delivery", IOncePerKey.Header];

    /// <summary>The headers that say what happened.</summary>
    private static readonly string[] EventHeaders = ["X-Parley-Event", "X-GitHub-Event"];

    internal static ApiProblem? Check(InboundHookRequest request)
    {
        var validation = new Validation()
            .Required("name", request.Name)
            .Name("name", request.Name)
            .Required("to", request.To)
            .Items("to", request.To, MostAddresses)
            .MessageType("message_type", request.MessageType)
            .Defined("priority", request.Priority)
            .Uuid("thread", request.Thread)
            .Check(
                request.Secret is null || (request.Secret.Length is >= ShortestSecret and <= LongestSecret && !request.Secret.Any(char.IsControl)),
                "secret", $"must have {ShortestSecret} to {LongestSecret} characters, and no control characters");
        return validation.Check(request.To?.All(address => address is { Length: > 0 and <= LongestAddress }) != false, "to", "has an empty address, or one that is too long").Problem;
    }

    /// <summary>The hook that a request describes.</summary>
    /// <param name="present">The current one; null if it is new.</param>
    internal static InboundHook Of(InboundHookRequest request, InboundHook? present, string? by) => new()
    {
        HookId = "",
        Name = request.Name!,
        To = request.To!,
        MessageType = request.MessageType ?? UsualType,
        Priority = request.Priority ?? Priority.Normal,
        Thread = request.Thread,
        CreatedBy = present is null ? by : present.CreatedBy,
        Secret = request.Secret ?? present?.Secret ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
    };

    internal static Decision<InboundHook> Change(Entity<InboundHook>? present, string id, InboundHookRequest request, long? match) =>
        Refusal(present, id, match) ?? Decision<InboundHook>.Put(Of(request, present!.Value, by: null), UpdatedType);

    internal static Decision<InboundHook> Remove(Entity<InboundHook>? present, string id, long? match) =>
        Refusal(present, id, match) ?? Decision<InboundHook>.Remove(RemovedType);

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    /// <summary>The sender of a message from outside. Agent ids have no colons, so it cannot be confused with an agent. Each hook has its own
    /// idempotency keys and its own rate limit.</summary>
    internal static Sender SenderOf(InboundHook hook)
    {
        var id = $"{Sender.HookPrefix}{hook.HookId}";
        return new Sender(null, id, AgentJson.Sender(id, null, hook.Name), Authority.External, id, null);
    }

    /// <summary>The message that a delivery becomes.</summary>
    internal static Result<SendDraft> Draft(InboundDelivery delivery, HttpRequest request)
    {
        var hook = delivery.Hook;
        if (!Header(request, DeliveryHeaders).TryGet(out var id, out var problem) || !Header(request, EventHeaders).TryGet(out var happened, out problem))
            return problem;
        var print = default(Fingerprint);
        print.Add(hook.HookId);
        print.Add(delivery.Body.Span);
        var draft = new SendDraft
        {
            Type = hook.MessageType,
            Priority = hook.Priority,
            Thread = hook.Thread is null ? null : Guid.Parse(hook.Thread),
            IdempotencyKey = id.Length > 0 ? id : delivery.Signature.Key,
            // A repeated delivery is the same message even if the hook has changed.
            Print = print.Value,
            Metadata = JsonFields.Write(writer =>
            {
                writer.WriteString("hook_id"u8, hook.HookId);
                WriteText(writer, "delivery_id", id);
                WriteText(writer, "event", happened);
                WriteText(writer, "content_type", request.ContentType ?? "");
            }),
        };
        draft.To.AddRange(hook.To);
        draft.ToIsArray = hook.To.Count != 1;
        return InboundContent.Fill(draft, request, delivery.Body, happened.Length > 0 ? hook.Name + Separator + happened : hook.Name) is { } refusal ? refusal : draft;
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0)
            writer.WriteString(name, text);
        else
            writer.WriteNull(name);
    }

    /// <returns>Empty if there is none.</returns>
    private static Result<string> Header(HttpRequest request, string[] names)
    {
        foreach (var name in names)
        {
            if (!request.Headers.TryGetValue(name, out var values))
                continue;
            return values is [{ Length: > 0 and <= LongestHeader } value] && !value.Any(char.IsControl)
                ? value
                : Problems.InvalidField(name, $"must be sent once and have 1 to {LongestHeader} characters");
        }

        return "";
    }

    private static Decision<InboundHook>? Refusal(Entity<InboundHook>? present, string id, long? match)
    {
        if (present is null)
            return Decision<InboundHook>.Refuse(NotFound(id));
        return match is not null && match != present.Version ? Decision<InboundHook>.Refuse(Problems.VersionMismatch(Noun, id, present.Version)) : null;
    }
}
