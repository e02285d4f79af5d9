using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Routing rules. Only admins may change them; operators and observers may read them.</summary>
public sealed class RoutingApi
{
    private readonly RestConnection _connection;

    internal RoutingApi(RestConnection connection) => _connection = connection;

    /// <summary>Gets the project's routing rules, in order.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<RoutingRules> GetAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"routing/rules"), WireJson.Lenient.RoutingRules, cancellationToken);

    /// <summary>Replaces the project's routing rules. They apply to messages that are sent from then on.</summary>
    /// <param name="rules">In order; empty to remove all rules.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">A rule is not valid (<see cref="ErrorCodes.InvalidRequest"/>), or the server refuses.</exception>
    public Task<RoutingRules> SetAsync(IReadOnlyList<RoutingRule> rules, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"routing/rules"), new RoutingRulesRequest { Rules = rules }, WireJson.Lenient.RoutingRulesRequest, WireJson.Lenient.RoutingRules,
        cancellationToken, repeatable: true);

    /// <summary>Replaces the project's routing rules with rules from a file: the server checks them, and names every mistake with its place.</summary>
    /// <param name="rules">An array of rules.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">A rule is not valid (<see cref="ErrorCodes.InvalidRequest"/>), or the server refuses.</exception>
    public Task<RoutingRules> SetAsync(JsonElement rules, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"routing/rules"), JsonElement.Parse($"{{\"rules\":{rules.GetRawText()}}}"), WireJson.Lenient.JsonElement,
        WireJson.Lenient.RoutingRules, cancellationToken, repeatable: true);

    /// <summary>Explains where a message would go, and why, without sending it.</summary>
    /// <param name="request">The send. Its <see cref="SendRequest.SenderId"/> is the agent that would send it; <c>human</c> if absent.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The send is not valid, or the server refuses.</exception>
    public Task<RoutingExplanation> ExplainAsync(SendRequest request, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"routing/explain"), request, WireJson.Lenient.SendRequest, WireJson.Lenient.RoutingExplanation, cancellationToken,
        repeatable: true);

    /// <summary>Counts the messages that each rule touched, and by which kinds of address recipients were found.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<RoutingStats> StatsAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"stats/routing"), WireJson.Lenient.RoutingStats, cancellationToken);
}
