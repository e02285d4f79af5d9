using System.Text.Json;

namespace Parley.Client;

/// <summary>Where the server is, which agent connects, and how the connection behaves. If an option is not set, <see cref="ServerLocation"/>
/// finds the value, or the option has the default described with it.</summary>
public sealed record ParleyOptions
{
    /// <summary>The server's address, <c>http://host:port</c>. Defaults to <c>PARLEY_URL</c>, or else the server on this machine.</summary>
    public string? Url { get; init; }

    /// <summary>A PEM file with the server's certificate or its certificate authority, if this machine does not trust it. Defaults to
    /// <c>PARLEY_CACERT</c>.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>The token to authenticate with. Defaults to <c>PARLEY_TOKEN</c>, or else a token from the data folder of the server on this machine.</summary>
    public string? Token { get; init; }

    /// <summary>The project. Defaults to <c>PARLEY_PROJECT</c>, or else the token's project, or else <c>default</c>.</summary>
    public string? Project { get; init; }

    /// <summary>The agent's id. Defaults to <c>PARLEY_AGENT</c>, or else the server derives it from <see cref="Name"/>.</summary>
    public string? AgentId { get; init; }

    /// <summary>The agent's display name. Defaults to its id.</summary>
    public string? Name { get; init; }

    /// <summary><c>llm</c>, <c>script</c>, <c>bot</c>, <c>human</c>, or your own word. Defaults to <c>llm</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The agent's role in its team, such as <c>backend_developer</c>. <c>role:</c> addresses match it. If not set, it stays as registered.</summary>
    public string? Role { get; init; }

    /// <summary>The agent's specialization, such as <c>python_fastapi</c>. If not set, it stays as registered.</summary>
    public string? Specialization { get; init; }

    /// <summary>What the agent can do. <c>capability:</c> addresses match each of these words. If not set, they stay as registered.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>A JSON object that the server stores with the agent but does not interpret. If not set, it stays as registered.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>How many unacknowledged messages the server may have out to this connection.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Whether the server considers a message acknowledged as soon as it is written to the socket. Saves the acknowledgment, but a
    /// message is lost if this process dies between reading and handling it.</summary>
    public bool AutoAck { get; init; }

    /// <summary>The most unconfirmed sends in flight. Further sends wait in memory, in order.</summary>
    public int MaxUnconfirmed { get; init; } = 1024;

    /// <summary>The clock for all waits and deadlines. Tests can replace the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The data folder of a server on this machine. Defaults to <c>$PARLEY_DATA</c>, or else <c>$XDG_DATA_HOME/parley</c>, or else
    /// <c>~/.local/share/parley</c>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Where agents' own tokens are kept. Defaults to <c>$XDG_CONFIG_HOME/parley</c>, or else <c>~/.config/parley</c>.</summary>
    public string? ConfigFolder { get; init; }
}
