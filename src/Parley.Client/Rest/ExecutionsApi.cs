using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Runs of a piece of work.</summary>
public sealed class ExecutionsApi
{
    private readonly RestConnection _connection;

    internal ExecutionsApi(RestConnection connection) => _connection = connection;

    public Task<Execution> CreateAsync(ExecutionRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions"), request, WireJson.Lenient.ExecutionRequest, WireJson.Lenient.Execution, cancellationToken);

    public Task<Page<Execution>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions").With("limit", limit).With("after", after), WireJson.Lenient.PageExecution, cancellationToken);

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

    public Task CompleteAsync(string executionId, JsonElement? result = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/complete"), new ExecutionEnd { Result = result }, cancellationToken);

    public Task FailAsync(string executionId, string error, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/fail"), new ExecutionEnd { Error = error }, cancellationToken);

    public Task CancelAsync(string executionId, string? reason = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/cancel"), new ExecutionEnd { Error = reason }, cancellationToken);

    private Task EndAsync(RestPath address, ExecutionEnd end, CancellationToken cancellationToken) =>
        _connection.SendAsync(HttpMethod.Post, address, end, WireJson.Lenient.ExecutionEnd, cancellationToken);
}
