using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>The result of a rule: refuse, keep, put, or remove. Rules are pure, because they are called again after a conflict.</summary>
internal sealed record Decision<T>
    where T : class
{
    private Decision()
    {
    }

    /// <summary>Nothing changes.</summary>
    internal static Decision<T> Keep { get; } = new();

    internal ApiProblem? Problem { get; private init; }

    /// <summary>The new state; null with a <see cref="Type"/> means removed.</summary>
    internal T? Value { get; private init; }

    /// <summary>The type of the log entry; null if nothing changes.</summary>
    internal string? Type { get; private init; }

    /// <summary>Additional fields for the log entry only, as JSON without braces.</summary>
    internal byte[] Extra { get; private init; } = [];

    /// <summary>Messages that are sent in the same commit.</summary>
    internal IReadOnlyList<IOutgoingMessage> Messages { get; private init; } = [];

    internal static Decision<T> Refuse(ApiProblem problem) => new() { Problem = problem };

    /// <param name="type">The type of the log entry, such as <c>memory_updated</c>.</param>
    internal static Decision<T> Put(T value, string type) => new() { Value = value, Type = type };

    internal static Decision<T> Remove(string type) => new() { Type = type };

    /// <inheritdoc cref="Extra"/>
    internal Decision<T> Telling(byte[] fields) => this with { Extra = fields };

    internal Decision<T> Sending(params IReadOnlyList<IOutgoingMessage> messages) => this with { Messages = messages };
}
