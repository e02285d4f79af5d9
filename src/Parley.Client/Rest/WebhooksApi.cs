using Parley.Protocol;

namespace Parley.Client;

/// <summary>Webhooks: addresses that the server posts events to as they happen. Only admins and operators may change them.</summary>
public sealed class WebhooksApi
{
    private readonly RestConnection _connection;

    internal WebhooksApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists the project's webhooks, newest first, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Webhook>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"webhooks").With("limit", limit).With("after", after), WireJson.Lenient.PageWebhook, cancellationToken);

    /// <summary>Gets a webhook, including the state of its deliveries.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Webhook> GetAsync(string webhookId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"webhooks/{webhookId}"), WireJson.Lenient.Webhook, cancellationToken);

    /// <summary>Creates a webhook. If the request has no secret, the answer has one that the server created. It is shown only this once.</summary>
    /// <exception cref="ParleyException">The request is not valid, or the server refuses.</exception>
    public Task<Webhook> CreateAsync(WebhookRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"webhooks"), request, WireJson.Lenient.WebhookRequest, WireJson.Lenient.Webhook, cancellationToken);

    /// <summary>Changes a webhook's URL, types, and description, and its secret if the request has one.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Webhook> SetAsync(string webhookId, WebhookRequest request, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"webhooks/{webhookId}"), request, WireJson.Lenient.WebhookRequest, WireJson.Lenient.Webhook, cancellationToken,
        repeatable: true);

    /// <summary>Deletes a webhook.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"webhooks/{webhookId}"), cancellationToken);

    /// <summary>Resumes a webhook that is paused or ended. It continues from where it was.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Webhook> ResumeAsync(string webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"webhooks/{webhookId}/resume"), WireJson.Lenient.Webhook, cancellationToken);
}
