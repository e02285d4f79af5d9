using System.Diagnostics.CodeAnalysis;

namespace Parley.Server.Wire;

/// <summary>A value, or the reason why there is none.</summary>
internal readonly struct Result<T>
{
    private readonly T _value;

    private Result(T value, ApiProblem? problem) => (_value, Problem) = (value, problem);

    /// <summary>Null if there is a value.</summary>
    internal ApiProblem? Problem { get; }

    /// <exception cref="InvalidOperationException">It was refused.</exception>
    internal T Value => Problem is null ? _value : throw new InvalidOperationException($"It was refused: {Problem.Detail}");

    internal bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ApiProblem? problem)
    {
        (value, problem) = (_value, Problem);
        return problem is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(ApiProblem problem) => new(default!, problem);
}
