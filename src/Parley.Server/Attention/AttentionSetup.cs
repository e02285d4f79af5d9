using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;

namespace Parley.Server.Attention;

internal static class AttentionSetup
{
    public static IServiceCollection AddAttention(this IServiceCollection services) => services
        .AddEntities(AttentionKinds.Snooze)
        .AddSingleton<AttentionDesk>()
        .AddSingleton<AttentionWatches>()
        .AddSingleton<IFeedSource, AttentionFeed>()
        .AddSingleton<IChore, SnoozeEnder>()
        .AddSingleton<IAttentionSource, QuestionSource>()
        .AddSingleton<IAttentionSource, StormSource>()
        .AddSingleton<IAttentionSource, StallSource>()
        .AddSingleton<IAttentionSource, ErrorSource>()
        .AddSingleton<IAttentionSource, FailedStepSource>()
        .AddSingleton<IAttentionSource, DeadLetterSource>()
        .AddSingleton<IAttentionSource, WaitingMailSource>()
        .AddSingleton<IAttentionSource, OverdueSource>()
        .AddSingleton<IAttentionSource, UnassignableSource>()
        .AddSingleton<IAttentionSource, WebhookSource>()
        .AddConcept<AttentionConcept>();
}
