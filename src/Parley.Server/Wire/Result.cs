using System.Diagnostics.CodeAnalysis;

namespace Parley.Server.Wire;

/// <summary>A value, or why there is none.</summary>
internal readonly struct Result<T>
{
    private readonly T? _value;
    private readonly ApiProblem? _problem;

    private Result(T? value, ApiProblem? problem) => (_value, _problem) = (value, problem);

    /// <summary>Null when there is a value.</summary>
    public ApiProblem? Problem => _problem;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(ApiProblem problem) => new(default, problem);

    /// <returns>False: it was refused.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ApiProblem? problem)
    {
        (value, problem) = (_value, _problem);
        return problem is null;
    }
}
