using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Operations;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server.Projects;

internal static class ProjectsSetup
{
    public static IServiceCollection AddProjects(this IServiceCollection services, ServerSettings settings) => services
        .AddSingleton(new MessagingDefaults
        {
            MailboxLimit = settings.MailboxLimit,
            MessageTtl = settings.MessageTtl,
            RetryDelay = settings.RetryDelay,
            MaxAttempts = settings.MaxAttempts,
            MaxDisconnects = settings.MaxDisconnects,
            LoopLimit = settings.LoopLimit,
            Retention = settings.Retention,
            RateLimitPerSecond = settings.RateLimitPerSecond,
            RateLimitBurst = settings.RateLimitBurst,
            PriorityAging = settings.PriorityAging,
            MaxMessageBytes = settings.MaxMessageBytes,
            ReservationsIgnoreCase = settings.ReservationsIgnoreCase,
        })
        .AddSingleton<RateLimiter<(int Project, string Caller)>>()
        .AddSingleton<EntryRate>()
        .AddSingleton<FollowUps>()
        .AddConcept<ProjectsConcept>()
        .AddSingleton<IChore, DeletionFinisher>()
        .AddSingleton<ProjectDirectory>();
}
