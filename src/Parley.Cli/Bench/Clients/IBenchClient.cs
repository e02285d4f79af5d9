using System.Text.Json;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent's connection, as a workload uses it.</summary>
internal interface IBenchClient : IAsyncDisposable
{
    string AgentId { get; }

    /// <summary>Sends once fewer than the workloads' number of sends are unconfirmed.</summary>
    /// <returns>Completes with the message's id when the server has confirmed it; fails when it was refused.</returns>
    ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken);

    /// <summary>Receives so many messages and acknowledges each after <paramref name="taken"/> was called with its id and content.</summary>
    /// <returns>Completes when the server has confirmed the last acknowledgement.</returns>
    Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken);

    /// <returns>The task's id.</returns>
    Task<string> CreateTaskAsync(string title, CancellationToken cancellationToken);

    Task AssignTaskAsync(string taskId, string agentId, CancellationToken cancellationToken);

    /// <summary>Takes so many hand-outs as they come, starts and completes the task of each, and acknowledges it.</summary>
    /// <returns>Completes when the server has confirmed all of it.</returns>
    Task WorkAsync(int count, CancellationToken cancellationToken);

    /// <summary>Stores a value in the shared memory.</summary>
    Task SetAsync(string key, JsonElement value, CancellationToken cancellationToken);

    /// <returns>The value under a key of the shared memory.</returns>
    Task<JsonElement> GetAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Which client stands for the agents.</summary>
internal enum ClientKind
{
    /// <summary>The SDK.</summary>
    Sdk,

    /// <summary>A WebSocket and a JSON parser, as in any language.</summary>
    Plain,
}
