using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Outgoing;
using Parley.Server.Wire;

namespace Parley.Server.Webhooks;

/// <summary>The rules for webhooks and their changes.</summary>
internal static class WebhookRules
{
    /// <summary>The types of its log entries.</summary>
    internal const string CreatedType = "webhook_created", UpdatedType = "webhook_updated", RemovedType = "webhook_removed", PausedType = "webhook_paused",
        EndedType = "webhook_ended", ResumedType = "webhook_resumed";

    internal const int MostWebhooks = 100;

    private const int MostTypes = 100, LongestType = 255, LongestUrl = 2_000, ShortestSecret = 16, LongestSecret = 256;

    private const string Noun = "webhook";

    /// <param name="mayBePrivate">Whether private addresses and http are allowed.</param>
    internal static ApiProblem? Check(WebhookRequest request, bool mayBePrivate)
    {
        var validation = new Validation()
            .Required("url", request.Url)
            .Length("url", request.Url, LongestUrl)
            .DisplayText("description", request.Description)
            .Check(
                request.Secret is not { } secret || (secret.Length is >= ShortestSecret and <= LongestSecret && secret.All(letter => letter is > ' ' and <= '~')),
                "secret", string.Create(CultureInfo.InvariantCulture, $"must be {ShortestSecret}-{LongestSecret} printable ASCII characters without spaces"))
            .Check(request.Types is null || request.Types.Count <= MostTypes, "types", string.Create(CultureInfo.InvariantCulture, $"has more than {MostTypes} items"));
        if (request.Url is { Length: <= LongestUrl } url && ReceiverUrl.WhatIsWrong(url, mayBePrivate) is { } wrong)
            validation.Fail("url", wrong);
        for (var at = 0; at < Math.Min(request.Types?.Count ?? 0, MostTypes); at++)
        {
            var type = request.Types![at];
            validation.Check(
                type is { Length: > 0 and <= LongestType } && type.All(letter => letter is > ' ' and <= '~'),
                string.Create(CultureInfo.InvariantCulture, $"types[{at}]"), "must be a type of events of 1-255 characters, with * and > as wildcards, such as task_* or build.>");
        }

        return validation.Problem;
    }

    internal static Decision<Webhook> Create(WebhookRequest request, string secret, string? by) => Decision<Webhook>.Put(
        new Webhook { WebhookId = "", Url = request.Url!, Types = request.Types ?? [], Description = request.Description, Secret = secret, CreatedBy = by },
        CreatedType);

    /// <param name="version">The version that it must have; null for any.</param>
    internal static Decision<Webhook> Set(Entity<Webhook>? present, string id, WebhookRequest request, long? version) =>
        Refusal(present, id, version) ?? Decision<Webhook>.Put(
            present!.Value with { Url = request.Url!, Types = request.Types ?? [], Description = request.Description, Secret = request.Secret ?? present.Value.Secret },
            UpdatedType);

    /// <inheritdoc cref="Set"/>
    internal static Decision<Webhook> Remove(Entity<Webhook>? present, string id, long? version) =>
        Refusal(present, id, version) ?? Decision<Webhook>.Remove(RemovedType);

    internal static Decision<Webhook> Resume(Entity<Webhook>? present, string id) => present switch
    {
        null => Decision<Webhook>.Refuse(NotFound(id)),
        { Value.Status: WebhookStatus.Active } => Decision<Webhook>.Keep,
        _ => Decision<Webhook>.Put(present.Value with { Status = WebhookStatus.Active, Reason = null }, ResumedType),
    };

    /// <summary>Stops deliveries, unless the webhook was changed after they failed, because the change may have fixed them.</summary>
    /// <param name="status">Paused or ended.</param>
    internal static Decision<Webhook> Stop(Entity<Webhook>? present, long version, WebhookStatus status, string reason) =>
        present is null || present.Version != version
            ? Decision<Webhook>.Keep
            : Decision<Webhook>.Put(
                present.Value with { Status = status, Reason = reason }, status == WebhookStatus.Ended ? EndedType : PausedType);

    /// <summary>Whether a log entry says that a webhook was changed or deleted since this version of it.</summary>
    internal static bool IsChangeOf(Entity<Webhook> webhook, LogEntry entry) =>
        IsOfWebhook(entry) && entry.Subject == webhook.Row.Made && entry.Seq > webhook.Version;

    internal static bool IsOfWebhook(LogEntry entry) => entry.Kind == WebhooksConcept.Kind.Entry;

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    private static Decision<Webhook>? Refusal(Entity<Webhook>? present, string id, long? version) =>
        present is null ? Decision<Webhook>.Refuse(NotFound(id))
        : version is not null && version != present.Version ? Decision<Webhook>.Refuse(Problems.VersionMismatch(Noun, id, present.Version))
        : null;
}
