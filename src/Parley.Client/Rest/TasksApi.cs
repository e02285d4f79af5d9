using Parley.Protocol;

namespace Parley.Client;

/// <summary>Tasks over REST, without a connection.</summary>
public sealed class TasksApi
{
    private readonly RestConnection _connection;

    internal TasksApi(RestConnection connection) => _connection = connection;

    /// <summary>Creates a task.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<AgentTask> CreateAsync(TaskRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"tasks"), request, WireJson.Lenient.TaskRequest, WireJson.Lenient.AgentTask, cancellationToken);

    /// <summary>Lists tasks, newest first, a page at a time.</summary>
    /// <param name="status">Only tasks with this status.</param>
    /// <param name="agent">Only tasks that this agent has or had.</param>
    /// <param name="overdue">Only tasks that have not ended although their due date has passed.</param>
    /// <param name="limit">Tasks per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<AgentTask>> ListAsync(
        string? status = null, string? agent = null, bool overdue = false, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"tasks").With("status", status).With("agent", agent).With("overdue", overdue ? "true" : null).With("limit", limit).With("after", after),
            WireJson.Lenient.PageAgentTask, cancellationToken);

    /// <summary>Gets a task.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<AgentTask> GetAsync(string taskId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tasks/{taskId}"), WireJson.Lenient.AgentTask, cancellationToken);

    /// <summary>Lists a task's assignments, oldest first.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Page<Assignment>> AssignmentsAsync(string taskId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tasks/{taskId}/assignments"), WireJson.Lenient.PageAssignment, cancellationToken);

    /// <summary>Changes a task. Not retried if no answer comes.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<AgentTask> UpdateAsync(string taskId, TaskPatch change, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"tasks/{taskId}"), change, WireJson.Lenient.TaskPatch, WireJson.Lenient.AgentTask, cancellationToken, repeatable: false);

    /// <summary>Assigns a task to an agent, or to one that the server chooses.</summary>
    /// <exception cref="ParleyException">Nobody can take it (<see cref="ErrorCodes.NoCapableAgent"/>), or the server refuses.</exception>
    public Task<AgentTask> AssignAsync(string taskId, string? agentId = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"tasks/{taskId}/assign"), new TaskAssignment { AgentId = agentId },
        WireJson.Lenient.TaskAssignment, WireJson.Lenient.AgentTask, cancellationToken, repeatable: false);

    /// <summary>Makes a transition: <c>accept</c>, <c>reject</c>, <c>start</c>, <c>extend</c>, <c>complete</c>, <c>fail</c>, or <c>unassign</c>. Not
    /// retried if no answer comes.</summary>
    /// <exception cref="ParleyException">The agent has lost the task (<see cref="ErrorCodes.LeaseLost"/>), the transition is not possible
    /// (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<AgentTask> MoveAsync(string taskId, string move, TaskMove details, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"tasks/{taskId}/{move}"), details, WireJson.Lenient.TaskMove, WireJson.Lenient.AgentTask, cancellationToken, repeatable: false);
}
