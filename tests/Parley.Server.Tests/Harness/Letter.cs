using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Routing;

namespace Parley.Server.Tests.Harness;

/// <summary>A message to send in a test: what a test does not say is as plain as can be.</summary>
internal sealed record Letter(string From, params string[] To)
{
    internal string Content { get; init; } = "hello";

    /// <summary>The JSON of a payload; null: none.</summary>
    internal string? Payload { get; init; }

    /// <summary>A JSON object; null: none.</summary>
    internal string? Metadata { get; init; }

    internal string Type { get; init; } = "text";
    internal Priority Priority { get; init; } = Priority.Normal;

    /// <summary>The project's when null.</summary>
    internal TimeSpan? TimeToLive { get; init; }

    internal DateTimeOffset? DeliverAt { get; init; }
    internal string? Key { get; init; }
    internal Guid? Thread { get; init; }
    internal SendOutcome? ReplyTo { get; init; }

    /// <summary>A reply settles what it answers.</summary>
    internal bool Settles { get; init; }

    internal SendOutcome? Supersedes { get; init; }

    /// <summary>The seq of an entry that stands for an execution.</summary>
    internal long Execution { get; init; }

    internal string? TaskId { get; init; }
    internal string? Capability { get; init; }

    /// <summary>Sent by the server itself, whoever <c>From</c> is.</summary>
    internal bool IsFromServer { get; init; }

    /// <summary>To <c>*</c>: everybody but the agent.</summary>
    internal static Letter ToAll(string from) => new(from, "*");

    internal Send In(StoreScope scope)
    {
        var project = scope.Project;
        var agent = scope.Agent(From);
        var sender = IsFromServer ? Sender.Server : new Sender(agent, agent.Id, agent.Words.AsSender, Authority.Agent, $"agent:{agent.Number}", null);
        var toAll = To is ["*"];
        AgentState[] agents = toAll
            ? [.. project.Agents.All.Where(other => other != agent).OrderBy(other => other.Number)]
            : [.. To.Select(scope.Agent)];
        var recipients = new Recipients(
            agents, toAll ? Audience.Everyone : Audience.Named, IsDirect: !toAll && agents.Length == 1 && Capability is null, Capability, null);
        var draft = Draft(toAll);
        return new Send
        {
            Project = project,
            Sender = sender,
            Recipients = recipients,
            Body = MessageJson.Body(draft, project.Id, sender, recipients, hops: 0, draft.ReplyTo),
            Type = draft.Type,
            Priority = draft.Priority,
            Intent = draft.Intent,
            Surface = draft.Surface,
            TimeToLive = TimeToLive ?? project.Settings.MessageTtl,
            DeliverAt = DeliverAt?.ToUnixTimeMilliseconds(),
            Thread = Thread ?? ReplyTo?.Thread,
            ReplyTo = ReplyTo?.Seq ?? 0,
            Settles = Settles,
            Supersedes = Supersedes?.Seq ?? 0,
            Execution = Execution,
            TaskId = TaskId,
            IdempotencyKey = Key,
            Fingerprint = Key is null ? 0 : SendFingerprint.Of(draft, agent.Id),
        };
    }

    private SendDraft Draft(bool toAll)
    {
        var draft = new SendDraft
        {
            ToIsArray = !toAll && To.Length > 1,
            Type = Type,
            Content = JsonSerializer.SerializeToUtf8Bytes(Content, WireJson.Strict.String),
            Payload = Payload is null ? default : System.Text.Encoding.UTF8.GetBytes(Payload),
            Metadata = Metadata is null ? default : System.Text.Encoding.UTF8.GetBytes(Metadata),
            Priority = Priority,
            DeliverAt = DeliverAt,
            Thread = Thread,
            ReplyTo = ReplyTo?.MessageId,
            Supersedes = Supersedes?.MessageId,
            TaskId = TaskId,
            IdempotencyKey = Key,
        };
        draft.To.AddRange(To);
        return draft;
    }
}
