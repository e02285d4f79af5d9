using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Routing;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server.Messages;

internal static class Messaging
{
    public static IServiceCollection AddMessaging(this IServiceCollection services) => services
        .AddSingleton<Mailbox>()
        .AddSingleton<SendStoring>()
        .AddSingleton<SendPreviewing>()
        .AddSingleton<MessageRouting>()
        .AddSingleton<Settling>()
        .AddSingleton<Requests>()
        .AddSingleton<PendingRequests>()
        .AddSingleton<MailboxSignals>()
        .AddSingleton<LeaseReturns>()
        .AddSingleton<IChore>(provider => provider.GetRequiredService<LeaseReturns>())
        .AddSingleton<InboxReader>()
        .AddSingleton<ActorResolver>()
        .AddSingleton<SenderResolver>()
        .AddSingleton<MessageAccess>()
        .AddSingleton<IThreadAccess>(provider => provider.GetRequiredService<MessageAccess>())
        .AddSingleton<ParticipantCache>()
        .AddSingleton<MessageLists>()
        .AddSingleton<MessageTallies>()
        .AddSingleton<ILastMessages, LastMessages>()
        .AddSingleton<ThreadDigests>()
        .AddSingleton<IndexCatchUp>()
        .AddSingleton<MessageTraces>()
        .AddSingleton<CapabilityMover>()
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<CapabilityMover>())
        .AddHostedService<MessageIndexer>()
        .AddSingleton<SendFrames>()
        .AddConcept<MessagesConcept>()
        .AddConcept<HistoryConcept>()
        .AddConcept<MessageChangesConcept>()
        .AddConcept<RoutingExplanationConcept>()
        .AddConcept<InboxConcept>()
        .AddConcept<ThreadsConcept>()
        .AddConcept<DeadLettersConcept>()
        .AddSingleton<DeadLetterResending>()
        .AddConcept<DeadLetterResendConcept>()
        .AddSingleton<IFeedSource, MessageFeed>()
        .AddSingleton<IFeedSource, ReceiptFeed>()
        .AddSingleton<MailboxDepths>()
        .AddSingleton<IFeedSource, MailboxFeed>()
        .AddSingleton<IChore, DeliveryRescuer>()
        .AddSingleton<IChore, DeliveryExpirer>()
        .AddSingleton<DeathNotifier>()
        .AddSingleton<IChore>(provider => provider.GetRequiredService<DeathNotifier>())
        .AddSingleton<IDeathWatcher>(provider => provider.GetRequiredService<DeathNotifier>())
        .AddSingleton<IChore, LogPruner>()
        .AddSingleton<IChore, LogForgetter>();

    public static IServiceCollection AddRouting(this IServiceCollection services, ServerSettings settings) => services
        .AddEntities(RoutingConcept.Kind)
        .AddSingleton<RuleDirectory>()
        .AddConcept<RoutingConcept>()
        .AddSingleton<Addressing>()
        .AddSingleton(provider => new CapabilityRouter(provider.GetRequiredService<IMailboxCounts>(), settings.Routing));
}
