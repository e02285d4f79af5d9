using System.Text.Json;

namespace Parley.Client;

/// <summary>Where the server is, who one is there, and how a connection behaves. What is absent is found by
/// <see cref="ServerLocation"/> or takes the default named beside it.</summary>
public sealed record ParleyOptions
{
    /// <summary>The server's address, <c>http://host:port</c>; <c>PARLEY_URL</c>, else that of the server on this machine, if absent.</summary>
    public string? Url { get; init; }

    /// <summary>A PEM file with the authority that the server's certificate leads to, or with that certificate itself, for one that this machine
    /// does not trust; <c>PARLEY_CACERT</c> if absent.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The token to show; <c>PARLEY_TOKEN</c>, else one from the data folder of the server on this machine, if absent.</summary>
    public string? Token { get; init; }

    /// <summary>The project; <c>PARLEY_PROJECT</c>, else what the token says, else <c>default</c>, if absent.</summary>
    public string? Project { get; init; }

    /// <summary>The agent's id; <c>PARLEY_AGENT</c>, else made by the server from <see cref="Name"/>, if absent.</summary>
    public string? AgentId { get; init; }

    /// <summary>For people to read; the id if absent.</summary>
    public string? Name { get; init; }

    /// <summary><c>llm</c>, <c>script</c>, <c>bot</c>, <c>human</c>, or a word of one's own; <c>llm</c> if absent.</summary>
    public string? Type { get; init; }

    /// <summary>What the agent is in its team, as <c>backend_developer</c>: <c>role:</c> addresses find it by this. As it was registered if absent.</summary>
    public string? Role { get; init; }

    /// <summary>What it is best at, as <c>python_fastapi</c>. As it was registered if absent.</summary>
    public string? Specialization { get; init; }

    /// <summary>What it can do: <c>capability:</c> addresses find it by each of these words. As it was registered if absent.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>A JSON object that the server keeps with the agent and does not read. As it was registered if absent.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Unacknowledged messages that the server may have out to this connection.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Whether the server takes a message for acknowledged once it is written to the socket. Faster by an acknowledgement,
    /// and a message is lost when this process dies between reading and handling it.</summary>
    public bool AutoAck { get; init; }

    /// <summary>Sends on their way and not yet confirmed, at most; those beyond wait their turn in memory, in order.</summary>
    public int MaxUnconfirmed { get; init; } = 1024;

    /// <summary>The clock of all waits and deadlines; the system's unless a test turns one by hand.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The data folder of a server on this machine; <c>$PARLEY_DATA</c>, else <c>$XDG_DATA_HOME/parley</c>, else
    /// <c>~/.local/share/parley</c>, if absent.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Where agents' own tokens are kept; <c>$XDG_CONFIG_HOME/parley</c>, else <c>~/.config/parley</c>, if absent.</summary>
    public string? ConfigFolder { get; init; }
}
