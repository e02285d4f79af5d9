using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Runs of a piece of work.</summary>
public sealed class ExecutionsApi
{
    private readonly RestConnection _connection;

    internal ExecutionsApi(RestConnection connection) => _connection = connection;

    /// <summary>Starts a run, of which the answer says the id.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Execution> CreateAsync(ExecutionRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions"), request, WireJson.Lenient.ExecutionRequest, WireJson.Lenient.Execution, cancellationToken);

    /// <summary>The project's runs, a page at a time.</summary>
    /// <param name="limit">How many to a page, 1-500; 50 if absent.</param>
    /// <param name="after">The <c>next</c> of the page before; the first page if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<Execution>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions").With("limit", limit).With("after", after), WireJson.Lenient.PageExecution, cancellationToken);

    /// <summary>One run: its status, progress and phase, and its result once it has ended.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Execution> GetAsync(string executionId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions/{executionId}"), WireJson.Lenient.Execution, cancellationToken);

    /// <summary>Changes status, progress or phase; what is absent stays.</summary>
    public Task UpdateAsync(string executionId, ExecutionPatch patch, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Patch, new RestPath($"executions/{executionId}"), patch, WireJson.Lenient.ExecutionPatch, cancellationToken, repeatable: true);

    /// <param name="level"><c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</param>
    public Task LogAsync(string executionId, string message, string level = "info", CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions/{executionId}/logs"), new ExecutionLogRequest { Level = level, Message = message },
            WireJson.Lenient.ExecutionLogRequest, cancellationToken);

    /// <summary>Ends a run well.</summary>
    /// <param name="executionId">The run.</param>
    /// <param name="result">What came of it, any JSON; none if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">It has ended already (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task CompleteAsync(string executionId, JsonElement? result = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/complete"), new ExecutionEnd { Result = result }, cancellationToken);

    /// <summary>Ends a run that could not be done.</summary>
    /// <param name="executionId">The run.</param>
    /// <param name="error">Why, for people to read.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">It has ended already (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task FailAsync(string executionId, string error, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/fail"), new ExecutionEnd { Error = error }, cancellationToken);

    /// <summary>Ends a run that is not wanted any more.</summary>
    /// <param name="executionId">The run.</param>
    /// <param name="reason">Why, for people to read.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">It has ended already (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task CancelAsync(string executionId, string? reason = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/cancel"), new ExecutionEnd { Error = reason }, cancellationToken);

    private Task EndAsync(RestPath address, ExecutionEnd end, CancellationToken cancellationToken) =>
        _connection.SendAsync(HttpMethod.Post, address, end, WireJson.Lenient.ExecutionEnd, cancellationToken);
}
