using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;

namespace Parley.Server.Playback;

internal static class PlaybackSetup
{
    /// <summary>Adds the log as it was. Requires an <see cref="IPlaybackStore"/>.</summary>
    public static IServiceCollection AddPlayback(this IServiceCollection services) => services
        .AddSingleton<LogKinds>()
        .AddSingleton<LogPages>()
        .AddSingleton<LogHistograms>()
        .AddConcept<PlaybackConcept>();
}
