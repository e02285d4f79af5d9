using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Runs of a piece of work.</summary>
public sealed class ExecutionsApi
{
    private readonly RestConnection _connection;

    internal ExecutionsApi(RestConnection connection) => _connection = connection;

    /// <summary>Starts an execution. The answer has its id.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Execution> CreateAsync(ExecutionRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions"), request, WireJson.Lenient.ExecutionRequest, WireJson.Lenient.Execution, cancellationToken);

    /// <summary>Lists the project's executions, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Execution>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions").With("limit", limit).With("after", after), WireJson.Lenient.PageExecution, cancellationToken);

    /// <summary>Gets an execution: its status, progress, and phase, and its result once it has ended.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Execution> GetAsync(string executionId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions/{executionId}"), WireJson.Lenient.Execution, cancellationToken);

    /// <summary>Changes the status, progress, or phase. Omitted fields stay as they are.</summary>
    public Task UpdateAsync(string executionId, ExecutionPatch patch, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Patch, new RestPath($"executions/{executionId}"), patch, WireJson.Lenient.ExecutionPatch, cancellationToken, repeatable: true);

    /// <param name="level"><c>debug</c>, <c>info</c>, <c>warning</c>, or <c>error</c>.</param>
    public Task LogAsync(string executionId, string message, string level = "info", CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions/{executionId}/logs"), new ExecutionLogRequest { Level = level, Message = message },
            WireJson.Lenient.ExecutionLogRequest, cancellationToken);

    /// <summary>Completes an execution.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="result">The result, as any JSON; none if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It has already ended (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task CompleteAsync(string executionId, JsonElement? result = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/complete"), new ExecutionEnd { Result = result }, cancellationToken);

    /// <summary>Fails an execution.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="error">The reason, for people to read.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It has already ended (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task FailAsync(string executionId, string error, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/fail"), new ExecutionEnd { Error = error }, cancellationToken);

    /// <summary>Cancels an execution that is no longer wanted.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="reason">The reason, for people to read.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It has already ended (<see cref="ErrorCodes.ExecutionEnded"/>), or the server refuses.</exception>
    public Task CancelAsync(string executionId, string? reason = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/cancel"), new ExecutionEnd { Error = reason }, cancellationToken);

    private Task EndAsync(RestPath address, ExecutionEnd end, CancellationToken cancellationToken) =>
        _connection.SendAsync(HttpMethod.Post, address, end, WireJson.Lenient.ExecutionEnd, cancellationToken);
}
