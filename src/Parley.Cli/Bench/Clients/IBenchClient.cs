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
}

/// <summary>Which client stands for the agents.</summary>
internal enum ClientKind
{
    /// <summary>The SDK.</summary>
    Sdk,

    /// <summary>A WebSocket and a JSON parser, as in any language.</summary>
    Plain,
}
