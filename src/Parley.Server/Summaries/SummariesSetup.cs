using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.History;

namespace Parley.Server.Summaries;

internal static class SummariesSetup
{
    public static IServiceCollection AddSummaries(this IServiceCollection services) => services
        .AddEntities(SummaryKind.Summary)
        .AddSingleton<SummaryModel>()
        .AddSingleton<IThreadSummaries, ThreadSummaries>();
}
