using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>The purpose and the data of a frame, for its documentation.</summary>
/// <param name="Name">The <c>event</c> of the frame.</param>
/// <param name="Data">The type of its <c>data</c>; null for none.</param>
/// <param name="Answer">The type of the data of <c>ok</c>; null for none.</param>
internal sealed record FrameMeaning(string Name, string Summary, Type? Data, Type? Answer = null)
{
    /// <summary>Whether <c>{"items": [...]}</c> may stand for one.</summary>
    internal bool TakesItems { get; init; }

    /// <summary>Of its data.</summary>
    internal IReadOnlyList<Example> Examples { get; init; } = [];
}
