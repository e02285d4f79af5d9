using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>The changes of one commit.</summary>
/// <param name="Sender">The number of the agent that causes it; 0 for none.</param>
internal sealed record Transition(int Project, int Sender, IReadOnlyList<EntityWrite> Writes)
{
    /// <summary>Messages sent in the same commit. If one cannot be stored, the whole transition is refused.</summary>
    internal IReadOnlyList<IOutgoingMessage> Messages { get; init; } = [];

    /// <summary>Called when it is in the store's queue: whatever is queued after it is applied after it.</summary>
    internal Action? Queued { get; init; }

    /// <summary>Entities that the decision depends on but does not change. They must still be as they were read.</summary>
    internal IReadOnlyList<EntityRow> Unchanged { get; init; } = [];

    /// <summary>A dead letter that its messages replace; null for none. If it is none anymore, that is a conflict.</summary>
    internal long? DeadLetter { get; init; }
}

/// <summary>A message that is ready to be stored. Declared here and implemented in Messages.</summary>
internal interface IOutgoingMessage;

/// <summary>What became of such a message. Declared here and implemented in Messages.</summary>
internal interface IMessageOutcome;

/// <summary>The new state of one entity.</summary>
internal sealed record EntityWrite(EntityKind Kind)
{
    /// <summary>The state as it was read, which must not have changed; null to create it, and then its name must be free.</summary>
    internal EntityRow? Present { get; init; }

    internal bool Removes { get; init; }
    internal string? Name { get; init; }
    internal required byte[] Body { get; init; }

    /// <summary>The JSON of its log entry, with placeholders for values that are known only at commit: see <see cref="EntityJson.Fill"/>.</summary>
    internal required byte[] Entry { get; init; }

    /// <summary>The type of its log entry.</summary>
    internal required string Type { get; init; }

    internal Audience Audience { get; init; } = Audience.Project;

    /// <summary>Its log entry is on the stream of its messages.</summary>
    internal bool OwnsItsMessages => Kind.OwnsItsMessages;

    /// <summary>Its new search keys; null if they do not change.</summary>
    internal IReadOnlyList<string>? Marks { get; init; }

    /// <summary>Its search keys before the change.</summary>
    internal IReadOnlyList<string> MarksBefore { get; init; } = [];

    /// <summary>Unix milliseconds.</summary>
    internal long? Due { get; init; }

    internal bool IsOver { get; init; }
}

internal enum TransitionResult
{
    Applied,

    /// <summary>Something had changed since it was read.</summary>
    Conflict,

    /// <summary>A message could not be stored.</summary>
    MessageRefused,

    /// <summary>The project was deleted, so nothing in it can be changed.</summary>
    ProjectGone,
}

/// <param name="Rows">The entities as they are now, in the order of the writes; a removed one as it was, with the place of its removal.</param>
internal sealed record TransitionOutcome(TransitionResult Result, IReadOnlyList<EntityRow> Rows)
{
    /// <summary>What became of its messages, in order, if it was applied.</summary>
    internal IReadOnlyList<IMessageOutcome> Sent { get; init; } = [];

    internal static TransitionOutcome Conflict { get; } = new(TransitionResult.Conflict, []);

    internal static TransitionOutcome MessageRefused { get; } = new(TransitionResult.MessageRefused, []);

    internal static TransitionOutcome ProjectGone { get; } = new(TransitionResult.ProjectGone, []);
}
