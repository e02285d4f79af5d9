using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Webhooks;

internal static class WebhooksSetup
{
    /// <summary>Requires an <see cref="IWebhookStore"/>.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddEntities(WebhooksConcept.Kind)
        .AddSingleton<WebhookDirectory>()
        .AddSingleton<WebhookSender>()
        .AddSingleton<EventSource>()
        .AddSingleton<CourierTools>()
        .AddHostedService<WebhookDispatcher>()
        .AddConcept<WebhooksConcept>();
}
