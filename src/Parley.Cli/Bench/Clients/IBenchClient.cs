using System.Text.Json;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent's connection, as a workload uses it.</summary>
internal interface IBenchClient : IAsyncDisposable
{
    string AgentId { get; }

    /// <summary>Sends as soon as there is room for another unconfirmed send.</summary>
    /// <returns>Completes with the message's id when the server has confirmed it; fails if it was refused.</returns>
    ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken);

    /// <summary>Receives a number of messages and acknowledges each after <paramref name="taken"/> was called with its id and content.</summary>
    /// <returns>Completes when the server has confirmed the last acknowledgment.</returns>
    Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken);

    /// <returns>The task's id.</returns>
    Task<string> CreateTaskAsync(string title, CancellationToken cancellationToken);

    Task AssignTaskAsync(string taskId, string agentId, CancellationToken cancellationToken);

    /// <summary>Takes a number of task assignments as they come; starts and completes each task, and acknowledges the message.</summary>
    /// <returns>Completes when the server has confirmed all of it.</returns>
    Task WorkAsync(int count, CancellationToken cancellationToken);

    /// <summary>Stores a value in shared memory.</summary>
    Task SetAsync(string key, JsonElement value, CancellationToken cancellationToken);

    /// <returns>The value under a key in shared memory.</returns>
    Task<JsonElement> GetAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Which client the agents use.</summary>
internal enum ClientKind
{
    /// <summary>The SDK.</summary>
    Sdk,

    /// <summary>A WebSocket and a JSON parser, as in any other language.</summary>
    Plain,
}
