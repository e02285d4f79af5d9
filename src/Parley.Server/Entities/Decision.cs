using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>What a rule makes of what is and what is asked: refused, kept as it is, changed, removed. Pure: after a conflict it is asked again.</summary>
internal sealed record Decision<T>
    where T : class
{
    private Decision()
    {
    }

    /// <summary>Nothing changes.</summary>
    internal static Decision<T> Keep { get; } = new();

    internal ApiProblem? Problem { get; private init; }

    /// <summary>As it is to be; null with <see cref="Type"/>: gone.</summary>
    internal T? Value { get; private init; }

    /// <summary>The type of the log entry; null: nothing changes.</summary>
    internal string? Type { get; private init; }

    /// <summary>Fields of the log entry alone, as JSON without braces.</summary>
    internal byte[] Extra { get; private init; } = [];

    /// <summary>Sent in the same commit.</summary>
    internal IReadOnlyList<IOutgoingMessage> Messages { get; private init; } = [];

    internal static Decision<T> Refuse(ApiProblem problem) => new() { Problem = problem };

    /// <param name="type">Of the log entry, as <c>memory_updated</c>.</param>
    internal static Decision<T> Put(T value, string type) => new() { Value = value, Type = type };

    internal static Decision<T> Remove(string type) => new() { Type = type };

    /// <inheritdoc cref="Extra"/>
    internal Decision<T> Telling(byte[] fields) => this with { Extra = fields };

    internal Decision<T> Sending(params IReadOnlyList<IOutgoingMessage> messages) => this with { Messages = messages };
}
