using Parley.Protocol;

namespace Parley.Client;

/// <summary>Message counts in a project over a time span: by type, agent, pair, and execution, and as a timeline.</summary>
public sealed class StatsApi
{
    private readonly RestConnection _connection;

    internal StatsApi(RestConnection connection) => _connection = connection;

    /// <summary>Counts messages by type.</summary>
    /// <param name="since">The start; 24 hours before <paramref name="until"/> if omitted.</param>
    /// <param name="until">The end; now if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<TypeCount>> MessagesAsync(
        DateTimeOffset? since = null, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(In(new RestPath($"stats/messages"), since, until), WireJson.Lenient.PageTypeCount, cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Counts the messages that each agent sent, received, and acknowledged.</summary>
    /// <param name="since">The start; 24 hours before <paramref name="until"/> if omitted.</param>
    /// <param name="until">The end; now if omitted.</param>
    /// <param name="squad">Only the members of this squad.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<AgentCount>> AgentsAsync(
        DateTimeOffset? since = null, DateTimeOffset? until = null, string? squad = null, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(In(new RestPath($"stats/agents"), since, until).With("squad", squad), WireJson.Lenient.PageAgentCount, cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Counts messages by sender and recipient.</summary>
    /// <param name="since">The start; 24 hours before <paramref name="until"/> if omitted.</param>
    /// <param name="until">The end; now if omitted.</param>
    /// <param name="squad">Only messages between members of this squad.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<PairCount>> PairsAsync(
        DateTimeOffset? since = null, DateTimeOffset? until = null, string? squad = null, CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(In(new RestPath($"stats/pairs"), since, until).With("squad", squad), WireJson.Lenient.PagePairCount, cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Counts messages over time.</summary>
    /// <param name="bucket">1m, 5m, 10m, 15m, 30m, 1h, 6h, 12h, or 1d; 5m if omitted.</param>
    /// <param name="since">The start; 24 hours before <paramref name="until"/> if omitted.</param>
    /// <param name="until">The end; now if omitted.</param>
    /// <param name="agent">Only messages that this agent sent, and acknowledgments that it made.</param>
    /// <param name="type">Only messages of this type.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<TimelinePoint>> TimelineAsync(
        string? bucket = null, DateTimeOffset? since = null, DateTimeOffset? until = null, string? agent = null, string? type = null,
        CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(
            In(new RestPath($"stats/timeline"), since, until).With("bucket", bucket).With("agent", agent).With("type", type), WireJson.Lenient.PageTimelinePoint,
            cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Gets one figure for how well the project is doing, and what it is made of.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<ProjectHealth> HealthAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"stats/health"), WireJson.Lenient.ProjectHealth, cancellationToken);

    /// <summary>Counts the messages of the newest executions.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<ExecutionCount>> ExecutionsAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(new RestPath($"stats/executions"), WireJson.Lenient.PageExecutionCount, cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Gets all counts of the last hours in one document.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<StatsExport> ExportAsync(int hours = 24, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"stats/export").With("hours", hours), WireJson.Lenient.StatsExport, cancellationToken);

    private static RestPath In(RestPath path, DateTimeOffset? since, DateTimeOffset? until) =>
        path.With("since", Text(since)).With("until", Text(until));

    private static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
