using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Projects;

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

    /// <summary>Its own pause, apart from those of its squads and its project.</summary>
    internal Pause? Pause { get; init; }

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
    private bool _isInPausedSquad;
    private long _asksSince;

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

    /// <summary>How its model can be reached, apart from connections.</summary>
    internal AgentReach Reach { get; } = new();

    /// <summary>When it gave signs of work.</summary>
    internal AgentSigns Signs { get; } = new();

    /// <summary>Whether one of its squads is paused. Kept up to date by the squads.</summary>
    internal bool IsInPausedSquad
    {
        get => Volatile.Read(ref _isInPausedSquad);
        set => Volatile.Write(ref _isInPausedSquad, value);
    }

    /// <summary>Since when it has had a question open that only a person can answer; null if it has none. Kept up to date by the questions.</summary>
    internal DateTimeOffset? AsksSince
    {
        get => Volatile.Read(ref _asksSince) is > 0 and var since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null;
        set => Volatile.Write(ref _asksSince, value?.ToUnixTimeMilliseconds() ?? 0);
    }

    /// <summary>What it is doing: what it reports itself, unless it waits for a person.</summary>
    internal AgentActivity Activity => AsksSince is null ? Presence.Activity : AgentActivity.BlockedOnHuman;

    internal bool IsOnline => Presence.Status != AgentStatus.Offline;

    /// <summary>Whether it is paused, by itself or with its squad or its project: its deliveries wait, and the server assigns it no tasks.</summary>
    internal bool IsPaused(ProjectState project) => _record.Pause is not null || IsInPausedSquad || project.Record.Pause is not null;

    internal Agent ToWire(string projectId, MailboxCounts mailbox, string? token = null)
    {
        var (record, note) = (Record, Presence.Note);
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
            Activity = Activity,
            ActivitySince = AsksSince ?? Presence.ActivitySince,
            Harness = Reach.Harness,
            Wake = Reach.Way,
            Note = note?.Text,
            NoteAt = note?.At,
            Paused = record.Pause is not null,
            Pause = record.Pause,
            Metadata = record.Metadata,
            CreatedAt = record.CreatedAt,
            LastSeen = Presence.LastSeen,
            Mailbox = mailbox,
            Token = token,
        };
    }
}
