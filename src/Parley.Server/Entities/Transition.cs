using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>What is to become true in one commit.</summary>
/// <param name="Sender">The number of the agent that causes it; 0: none.</param>
internal sealed record Transition(int Project, int Sender, IReadOnlyList<EntityWrite> Writes)
{
    /// <summary>Sent in the same commit. One that cannot be stored refuses all of the transition.</summary>
    internal IReadOnlyList<IOutgoingMessage> Messages { get; init; } = [];
}

/// <summary>A message that is ready to be stored. Declared here and implemented by the room that sends.</summary>
internal interface IOutgoingMessage;

/// <summary>One thing as it is to be.</summary>
internal sealed record EntityWrite(EntityKind Kind)
{
    /// <summary>As it was read, and must still be; null: it is made, and its name must be free.</summary>
    internal EntityRow? Present { get; init; }

    internal bool Removes { get; init; }
    internal string? Name { get; init; }
    internal required byte[] Body { get; init; }

    /// <summary>The JSON of its log entry, with the places that only the commit knows: see <see cref="EntityJson.Fill"/>.</summary>
    internal required byte[] Entry { get; init; }

    /// <summary>The type of its log entry.</summary>
    internal required string Type { get; init; }

    internal Audience Audience { get; init; } = Audience.Project;

    /// <summary>Its entry stands with the messages that belong to it.</summary>
    internal bool OwnsItsMessages => Kind.OwnsItsMessages;

    /// <summary>What it can be found by from now on; null: as before.</summary>
    internal IReadOnlyList<string>? Marks { get; init; }

    /// <summary>Unix milliseconds.</summary>
    internal long? Due { get; init; }

    internal bool IsOver { get; init; }
}

internal enum TransitionResult
{
    Applied,

    /// <summary>Something was not, or no longer, as it was read.</summary>
    Conflict,

    /// <summary>A message could not be stored.</summary>
    MessageRefused,

    /// <summary>The project is deleted: nothing of it can be changed, now or later.</summary>
    ProjectGone,
}

/// <param name="Rows">The things as they are now, in the order of the writes; of a removed one, as it was, with the place of its end.</param>
internal sealed record TransitionOutcome(TransitionResult Result, IReadOnlyList<EntityRow> Rows)
{
    internal static TransitionOutcome Conflict { get; } = new(TransitionResult.Conflict, []);

    internal static TransitionOutcome MessageRefused { get; } = new(TransitionResult.MessageRefused, []);

    internal static TransitionOutcome ProjectGone { get; } = new(TransitionResult.ProjectGone, []);
}
