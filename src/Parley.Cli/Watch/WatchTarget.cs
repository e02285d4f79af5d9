using Parley.Client;

namespace Parley.Cli.Watch;

/// <summary>What to watch.</summary>
internal abstract record WatchTarget(string Id)
{
    /// <summary>Opens its stream.</summary>
    public abstract IAsyncEnumerable<StreamEvent> Open(ParleyApi api, StreamOptions options, CancellationToken cancellationToken);

    /// <summary>The place to start after, if none was requested; null if the server starts with the history by itself.</summary>
    public virtual Task<string?> StartAsync(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    internal sealed record OfExecution(string Id) : WatchTarget(Id)
    {
        public override IAsyncEnumerable<StreamEvent> Open(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            api.Streams.Execution(Id, options, cancellationToken);
    }

    internal sealed record OfThread(string Id) : WatchTarget(Id)
    {
        public override IAsyncEnumerable<StreamEvent> Open(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            api.Streams.Thread(Id, options, cancellationToken);
    }

    internal sealed record OfAgent(string Id) : WatchTarget(Id)
    {
        public override IAsyncEnumerable<StreamEvent> Open(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            api.Streams.Agent(Id, options, cancellationToken);

        public override Task<string?> StartAsync(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            RecentHistory.StartAsync(api, options with { Agents = [Id] }, cancellationToken);
    }

    internal sealed record OfProject(string Id) : WatchTarget(Id)
    {
        public override IAsyncEnumerable<StreamEvent> Open(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            api.Streams.Project(Id, options, cancellationToken);

        public override Task<string?> StartAsync(ParleyApi api, StreamOptions options, CancellationToken cancellationToken) =>
            RecentHistory.StartAsync(api, options, cancellationToken);
    }
}
