using System.Text;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Workflows and their definitions over REST, without a connection.</summary>
public sealed class WorkflowsApi
{
    private const string Yaml = "application/yaml";

    private readonly RestConnection _connection;

    internal WorkflowsApi(RestConnection connection) => _connection = connection;

    /// <summary>Starts a workflow. Not retried if no answer comes, because it may already have been started.</summary>
    /// <returns>The workflow with its steps; those that can start are already handed out.</returns>
    /// <exception cref="ParleyException">It is not valid; the exception has everything that is wrong. Or the server refuses it.</exception>
    public Task<Workflow> StartAsync(WorkflowRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"workflows"), request, WireJson.Lenient.WorkflowRequest, WireJson.Lenient.Workflow, cancellationToken);

    /// <summary>Starts a workflow that is written in YAML, or in JSON.</summary>
    /// <inheritdoc cref="StartAsync(WorkflowRequest, CancellationToken)"/>
    public Task<Workflow> StartAsync(string yaml, CancellationToken cancellationToken = default) =>
        _connection.SendTextAsync(HttpMethod.Post, new RestPath($"workflows"), Encoding.UTF8.GetBytes(yaml), Yaml, WireJson.Lenient.Workflow, cancellationToken);

    /// <summary>Checks a workflow that is written in YAML, or in JSON, without starting it.</summary>
    /// <returns>Everything that is wrong, with its place.</returns>
    /// <exception cref="ParleyException">It is not YAML at all, or no server answers.</exception>
    public Task<WorkflowValidation> ValidateAsync(string yaml, CancellationToken cancellationToken = default) => _connection.SendTextAsync(
        HttpMethod.Post, new RestPath($"workflows/validate"), Encoding.UTF8.GetBytes(yaml), Yaml, WireJson.Lenient.WorkflowValidation, cancellationToken, repeatable: true);

    /// <summary>Lists workflows without their steps, newest first, a page at a time.</summary>
    /// <param name="live">Only those that have not ended.</param>
    /// <param name="status">Only those with this status.</param>
    /// <param name="definition">Only those started from this definition.</param>
    /// <param name="limit">Workflows per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Workflow>> ListAsync(
        bool live = false, string? status = null, string? definition = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"workflows").With("live", live ? "true" : null).With("status", status).With("definition", definition).With("limit", limit).With("after", after),
            WireJson.Lenient.PageWorkflow, cancellationToken);

    /// <summary>Gets a workflow with its steps.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Workflow> GetAsync(string workflowId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"workflows/{workflowId}"), WireJson.Lenient.Workflow, cancellationToken);

    /// <summary>Cancels a workflow and its steps.</summary>
    /// <exception cref="ParleyException">It has ended (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Workflow> CancelAsync(string workflowId, string? reason = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"workflows/{workflowId}/cancel"), new WorkflowEnd { Reason = reason }, WireJson.Lenient.WorkflowEnd, WireJson.Lenient.Workflow,
        cancellationToken, repeatable: true);

    /// <summary>Runs a workflow that failed or was cancelled again, from the steps that did not complete. Not retried if no answer comes.</summary>
    /// <exception cref="ParleyException">It is running or has completed (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Workflow> RetryAsync(string workflowId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"workflows/{workflowId}/retry"), WireJson.Lenient.Workflow, cancellationToken);

    /// <summary>Retries a step that failed, and goes on with what waits for it. Not retried if no answer comes.</summary>
    /// <exception cref="ParleyException">The step has not failed, or the workflow cannot go on from it (<see cref="ErrorCodes.Conflict"/>); or the server
    /// refuses.</exception>
    public Task<Workflow> RetryStepAsync(string workflowId, string step, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"workflows/{workflowId}/steps/{step}/retry"), WireJson.Lenient.Workflow, cancellationToken);

    /// <summary>Says that the holder of a step has begun with it.</summary>
    /// <param name="workflowId">The workflow.</param>
    /// <param name="step">The name of the step.</param>
    /// <param name="start">The fence that came with the step.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">Somebody else has the step now (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task<WorkflowStep> StartStepAsync(string workflowId, string step, WorkflowStepMove start, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"workflows/{workflowId}/steps/{step}/start"), start, WireJson.Lenient.WorkflowStepMove, WireJson.Lenient.WorkflowStep, cancellationToken);

    /// <summary>Completes a step. The same call may be repeated with the same fence.</summary>
    /// <param name="workflowId">The workflow.</param>
    /// <param name="step">The name of the step.</param>
    /// <param name="end">The fence that came with the step, which operators may leave out, and the result.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">Somebody else has the step now (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task<WorkflowStep> CompleteStepAsync(string workflowId, string step, WorkflowStepMove end, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"workflows/{workflowId}/steps/{step}/complete"), end, WireJson.Lenient.WorkflowStepMove, WireJson.Lenient.WorkflowStep,
        cancellationToken, repeatable: end.Fence is not null);

    /// <summary>Ends an attempt at a step with an error. Not retried if no answer comes.</summary>
    /// <inheritdoc cref="CompleteStepAsync"/>
    public Task<WorkflowStep> FailStepAsync(string workflowId, string step, WorkflowStepMove end, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"workflows/{workflowId}/steps/{step}/fail"), end, WireJson.Lenient.WorkflowStepMove, WireJson.Lenient.WorkflowStep, cancellationToken);

    /// <summary>Creates a definition, or adds a revision to it, from YAML or JSON.</summary>
    /// <exception cref="ParleyException">It is not valid; the exception has everything that is wrong. Or the server refuses it.</exception>
    public Task<WorkflowDefinition> DefineAsync(string name, string yaml, CancellationToken cancellationToken = default) => _connection.SendTextAsync(
        HttpMethod.Put, new RestPath($"workflows/definitions/{name}"), Encoding.UTF8.GetBytes(yaml), Yaml, WireJson.Lenient.WorkflowDefinition, cancellationToken, repeatable: true);

    /// <summary>Lists the definitions by name, each in its newest revision, a page at a time.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<WorkflowDefinition>> ListDefinitionsAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"workflows/definitions").With("limit", limit).With("after", after), WireJson.Lenient.PageWorkflowDefinition, cancellationToken);

    /// <summary>Gets a definition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="revision">An earlier revision; the newest if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<WorkflowDefinition> GetDefinitionAsync(string name, int? revision = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"workflows/definitions/{name}").With("revision", revision), WireJson.Lenient.WorkflowDefinition, cancellationToken);
}
