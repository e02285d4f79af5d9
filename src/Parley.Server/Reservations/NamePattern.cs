using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Parley.Server.Reservations;

/// <summary>A step of a pattern for names: one character of a set, or any number of any characters.</summary>
internal sealed record NameStep(CharacterSet Set, bool Repeats) : IPatternStep<NameStep, int>
{
    /// <summary>Shared, as the sets are.</summary>
    private static readonly NameStep[] Ascii = [.. Enumerable.Range(0, 128).Select(character => new NameStep(CharacterSet.Of(character), false))];

    internal static NameStep Of(int character) => character < Ascii.Length ? Ascii[character] : new NameStep(CharacterSet.Of(character), false);

    public bool Meets(NameStep other) => Set.Meets(other.Set);

    public bool TryMeet(NameStep other, out int letter) => Set.TryMeet(other.Set, out letter);
}

/// <summary>A step of a pattern for paths: one name, or any number of names. Names are never empty.</summary>
internal sealed class NamePattern : IPatternStep<NamePattern, string>
{
    /// <summary>As many as there are bits, with one for the end.</summary>
    private const int MostPlaces = 63;

    /// <summary>Null for a literal, which most names are: it needs them only to be compared with a wildcard.</summary>
    private readonly NameStep[]? _steps;
    private readonly CharacterSet _anything;

    /// <param name="anything">The characters that any step may read.</param>
    internal NamePattern(IEnumerable<NameStep> steps, CharacterSet anything)
    {
        NameStep[] all = [.. steps];
        _anything = anything;
        Literal = LiteralOf(all);
        IsEverything = all is [{ Repeats: true }];
        _steps = Literal is null ? all : null;
    }

    /// <summary>The only name that it matches; null if there may be more.</summary>
    internal string? Literal { get; }

    private bool IsEverything { get; }

    private NameStep[] Steps => _steps ?? StepsOf(Literal!);

    public bool Repeats { get; private init; }

    /// <summary>Any number of names, or none.</summary>
    internal static NamePattern AnyDepth(CharacterSet anything) => new([new NameStep(anything, true)], anything) { Repeats = true };

    /// <summary>Any one name.</summary>
    internal static NamePattern AnyName(CharacterSet anything) => new([new NameStep(anything, true)], anything);

    public bool Meets(NamePattern other) =>
        Literal is not null ? other.Matches(Literal)
        : other.Literal is not null ? Matches(other.Literal)
        : PatternProduct.Meet<NameStep, int>(Steps, other.Steps);

    /// <summary>Whether it matches a name.</summary>
    internal bool Matches(string name)
    {
        if (IsEverything || Literal is not null)
            return IsEverything || Literal == name;
        if (_steps!.Length > MostPlaces)
            return PatternProduct.Meet<NameStep, int>(_steps, StepsOf(name));
        // A bit for each place that the steps can be at. A step that repeats can also be passed without reading anything.
        var places = Passed(1);
        foreach (var rune in name.EnumerateRunes())
        {
            var next = 0ul;
            for (var left = places; left != 0; left &= left - 1)
            {
                var at = BitOperations.TrailingZeroCount(left);
                if (at < _steps.Length && _steps[at].Set.Contains(rune.Value))
                    next |= _steps[at].Repeats ? 1ul << at : 2ul << at;
            }

            if (next == 0)
                return false;
            places = Passed(next);
        }

        return (places >> _steps.Length & 1) != 0;
    }

    public bool TryMeet(NamePattern other, [MaybeNullWhen(false)] out string letter)
    {
        letter = null;
        if (Literal is not null && (other.Literal is not null || other.IsEverything))
        {
            letter = Literal;
            return other.IsEverything || Literal == other.Literal;
        }

        if (IsEverything && other.Literal is not null)
        {
            letter = other.Literal;
            return true;
        }

        if (PatternProduct.Common<NameStep, int>(Steps, other.Steps) is not { } characters)
            return false;
        var name = new StringBuilder();
        foreach (var character in characters)
            name.Append(new Rune(character).ToString());
        if (characters.Count == 0)
        {
            // Only if both consist of asterisks, which match any name.
            _anything.TryMeet(_anything, out var some);
            name.Append(new Rune(some).ToString());
        }

        letter = name.ToString();
        return true;
    }

    private static NameStep[] StepsOf(string name) => [.. name.EnumerateRunes().Select(rune => NameStep.Of(rune.Value))];

    private ulong Passed(ulong places)
    {
        for (var at = 0; at < _steps!.Length; at++)
        {
            if (_steps[at].Repeats)
                places |= (places & 1ul << at) << 1;
        }

        return places;
    }

    private static string? LiteralOf(NameStep[] steps)
    {
        var name = new StringBuilder();
        foreach (var step in steps)
        {
            if (step.Repeats || step.Set.Single is not { } character)
                return null;
            name.Append(new Rune(character).ToString());
        }

        return name.ToString();
    }
}
