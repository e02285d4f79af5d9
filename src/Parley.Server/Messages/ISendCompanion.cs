using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Messages;

/// <summary>Another concept for which some messages also change an item. Both are stored in the same commit.</summary>
internal interface ISendCompanion
{
    /// <summary>Called for replies and for messages to people, before they are stored.</summary>
    /// <param name="answered">The message that is replied to; null if it is no reply.</param>
    /// <param name="isAddressed">Whether the sender has named recipients.</param>
    /// <returns>Null for an ordinary message.</returns>
    ValueTask<SendCompanion?> JoinAsync(
        ProjectState project, Sender sender, SendDraft draft, LogEntry? answered, bool isAddressed, CancellationToken cancellationToken);
}

/// <summary>The change that a message comes with.</summary>
/// <param name="First">The write as of now.</param>
internal sealed record SendCompanion(EntityWrite First)
{
    /// <summary>The write after a conflict; null if there is nothing left to change, and the message is an ordinary one.</summary>
    internal Func<CancellationToken, ValueTask<EntityWrite?>> Again { get; init; } = static _ => new((EntityWrite?)null);

    /// <summary>Called after the commit.</summary>
    internal required Func<EntityRow, SendOutcome, ValueTask> Stored { get; init; }

    /// <summary>Changes the draft into what is sent with the change; null to send it as it is.</summary>
    internal Action<SendDraft>? Shape { get; init; }

    /// <summary>Who gets what is sent with the change; null for whoever the sender has named.</summary>
    internal IReadOnlyList<AgentState>? Recipients { get; init; }
}

/// <summary>A send that is stored together with a change, and the message that it would be without it.</summary>
internal sealed record JointSend(SendCompanion Companion, Send Plain)
{
    /// <summary>What was stored in the end.</summary>
    internal Send? Stored { get; set; }
}
