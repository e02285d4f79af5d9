using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>An agent's details, as stored. Immutable: a change creates a new record.</summary>
internal sealed record AgentRecord
{
    /// <summary>The store's number for this agent, which is never reused.</summary>
    internal required int Number { get; init; }

    internal required int Project { get; init; }
    internal required string Id { get; init; }
    internal required string Name { get; init; }
    internal required string Type { get; init; }
    internal string? Role { get; init; }
    internal string? Specialization { get; init; }
    internal IReadOnlyList<string> Capabilities { get; init; } = [];
    internal IReadOnlyList<string> Topics { get; init; } = [];
    internal JsonElement? Metadata { get; init; }
    internal bool Paused { get; init; }

    /// <summary>The seq of its registration. It can read messages to <c>*</c> from there on.</summary>
    internal long JoinedSeq { get; init; }

    internal required DateTimeOffset CreatedAt { get; init; }
    internal DateTimeOffset? LastSeen { get; init; }
}

/// <summary>An agent in memory: its details, and what it is doing.</summary>
internal sealed class AgentState(AgentRecord record)
{
    private volatile AgentRecord _record = record;
    private volatile AgentJson _words = AgentJson.Of(record);

    internal int Number { get; } = record.Number;

    internal string Id { get; } = record.Id;

    internal AgentRecord Record
    {
        get => _record;
        set
        {
            _record = value;
            _words = AgentJson.Of(value);
        }
    }

    /// <summary>Its part of a message's JSON, encoded once.</summary>
    internal AgentJson Words => _words;

    internal Presence Presence { get; } = new(record.LastSeen);

    internal PresenceNews News { get; } = new();

    internal bool IsOnline => Presence.Status != AgentStatus.Offline;

    internal Agent ToWire(string projectId, MailboxCounts mailbox, string? token = null)
    {
        var record = Record;
        return new Agent
        {
            AgentId = record.Id,
            ProjectId = projectId,
            Name = record.Name,
            Type = record.Type,
            Role = record.Role,
            Specialization = record.Specialization,
            Capabilities = record.Capabilities,
            Status = Presence.Status,
            Activity = Presence.Activity,
            ActivitySince = Presence.ActivitySince,
            Paused = record.Paused,
            Metadata = record.Metadata,
            CreatedAt = record.CreatedAt,
            LastSeen = Presence.LastSeen,
            Mailbox = mailbox,
            Token = token,
        };
    }
}
