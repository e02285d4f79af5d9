using System.Buffers;
using System.Globalization;
using System.Text;

namespace Parley.Server.Reservations;

/// <summary>Reads the text of a <see cref="PathGlob"/> as git reads it (its <c>wildmatch</c> with <c>WM_PATHNAME</c>).</summary>
internal static class GlobReader
{
    internal const int Longest = 512;

    private static readonly SearchValues<char> Wild = SearchValues.Create("*?[\\");

    /// <summary>Why a text is no glob; null if it is one.</summary>
    internal static string? Refusal(string text)
    {
        if (text.Length == 0)
            return "is empty: write ** for the whole repository";
        if (text.Length > Longest)
            return string.Create(CultureInfo.InvariantCulture, $"is longer than {Longest} characters");
        if (text.Any(char.IsControl))
            return "contains a control character";
        if (text[0] == '/')
            return "begins with a slash: paths are relative to the root of the repository";
        if (text is [>= 'A' and <= 'Z' or >= 'a' and <= 'z', ':', '/' or '\\', ..])
            return "begins with a drive: paths are relative to the root of the repository";
        if (text[0] == ':')
            return "begins with a colon, which has a special meaning in git: write the path alone";
        // Git allows this, but it changes nothing, and whoever writes it means a folder.
        if (NeedlessBackslash(text) is { } letter)
            return $"has a backslash before '{letter}': write / between folders, and \\ only before a wildcard that is meant literally";
        var isFolder = text[^1] == '/';
        var names = (isFolder ? text[..^1] : text).Split('/');
        if (names.Contains(""))
            return "contains two slashes in a row";
        if (names.Contains(".") || names.Contains(".."))
            return "contains . or .. as a name: write the path from the root of the repository";
        return isFolder && text.AsSpan().ContainsAny('*', '?')
            ? $"has a wildcard and ends with a slash, so it would match no file: write {text}** for everything below"
            : null;
    }

    /// <summary>The pattern with wildcards, if there are any, and the literal one, if it is likely to be meant.</summary>
    /// <remarks>Git always tries the literal one too. But then <c>src/*</c> and <c>src/*/a.cs</c> would have a file in common, in a folder whose name
    /// is an asterisk, and nobody would understand why the two clash.</remarks>
    internal static NamePattern[][] Read(string text, bool ignoresCase)
    {
        var pattern = text.AsSpan().ContainsAny(Wild) ? new Reading(text, ignoresCase).Read() : null;
        NamePattern[][] patterns = pattern is null ? [] : [pattern];
        return text.AsSpan().ContainsAny('*', '?') ? patterns : [.. patterns, Literal(text, ignoresCase, below: true)];
    }

    /// <summary>The letter or digit that a backslash stands before; null if there is none.</summary>
    private static char? NeedlessBackslash(string text)
    {
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (text[at] == '\\' && char.IsLetterOrDigit(text[++at]))
                return text[at];
        }

        return null;
    }

    /// <param name="below">Whether everything below it matches too. A path that ends with a slash stands only for what is below it.</param>
    internal static NamePattern[] Literal(string path, bool ignoresCase, bool below)
    {
        var anything = AnythingOf(ignoresCase);
        var steps = path.TrimEnd('/').Split('/').Select(name => new NamePattern(
            name.EnumerateRunes().Select(rune => NameStep.Of(ignoresCase ? CharacterSet.Small(rune.Value) : rune.Value)), anything)).ToList();
        if (below && path.EndsWith('/'))
            steps.Add(NamePattern.AnyName(anything));
        if (below)
            steps.Add(NamePattern.AnyDepth(anything));
        return [.. steps];
    }

    private static CharacterSet AnythingOf(bool ignoresCase) => ignoresCase ? CharacterSet.AnySmall : CharacterSet.Any;

    /// <summary>One pass over a text. It reads scalar values, and 0 after the last.</summary>
    private sealed class Reading(string text, bool ignoresCase)
    {
        private readonly int[] _text = [.. text.EnumerateRunes().Select(rune => rune.Value), 0, 0];
        private readonly CharacterSet _anything = AnythingOf(ignoresCase);
        private readonly List<NamePattern> _names = [];
        private List<NameStep> _steps = [];
        private int _at;

        /// <returns>Null if it matches nothing: a class does not end, a backslash is last, or it ends with a slash.</returns>
        internal NamePattern[]? Read()
        {
            while (_text[_at] != 0)
            {
                switch (_text[_at])
                {
                    case '/':
                        EndName();
                        _at++;
                        break;
                    case '*':
                        ReadStars();
                        break;
                    case '?':
                        _steps.Add(new NameStep(_anything, false));
                        _at++;
                        break;
                    case '[':
                        if (ReadClass() is not { } set)
                            return null;
                        _steps.Add(new NameStep(set, false));
                        break;
                    case '\\' when _text[_at + 1] == 0:
                        return null;
                    case '\\' when _text[_at + 1] == '/':
                        _at++;
                        break;
                    case '\\':
                        AddCharacter(_text[_at + 1]);
                        _at += 2;
                        break;
                    case var character:
                        AddCharacter(character);
                        _at++;
                        break;
                }
            }

            if (text.EndsWith('/'))
                return null;
            EndName();
            return [.. _names];
        }

        private void AddCharacter(int character) => _steps.Add(NameStep.Of(ignoresCase ? CharacterSet.Small(character) : character));

        private void EndName()
        {
            if (_steps.Count > 0)
                _names.Add(new NamePattern(_steps, _anything));
            _steps = [];
        }

        /// <summary>Two or more asterisks that are a whole name match any number of folders; at the end, everything below. Elsewhere, they are
        /// one.</summary>
        private void ReadStars()
        {
            var start = _at;
            while (_text[_at] == '*')
                _at++;
            var isWhole = _at - start > 1 && _steps.Count == 0;
            if (isWhole && _text[_at] == '\\' && _text[_at + 1] == '/')
                _at++;
            if (isWhole && _text[_at] == '/')
            {
                _names.Add(NamePattern.AnyDepth(_anything));
                _at++;
                return;
            }

            if (isWhole && _text[_at] == 0)
            {
                _names.Add(NamePattern.AnyDepth(_anything));
                _steps.Add(new NameStep(_anything, true));
                return;
            }

            _steps.Add(new NameStep(_anything, true));
        }

        /// <summary>A class such as <c>[a-z_]</c>, <c>[!0-9]</c>, or <c>[[:alpha:]]</c>. A bracket that comes first does not end it.</summary>
        private CharacterSet? ReadClass()
        {
            var ranges = new List<(int From, int To)>();
            _at++;
            var isNot = _text[_at] is '!' or '^';
            if (isNot)
                _at++;
            var before = 0;
            do
            {
                var character = _text[_at];
                if (character == 0)
                    return null;
                if (character == '[' && _text[_at + 1] == ':' && Array.IndexOf(_text, ']', _at + 2) is var end)
                {
                    if (end < 0)
                        return null;
                    // An incomplete name of a class is a bracket, a colon, and so on.
                    if (end - _at >= 3 && _text[end - 1] == ':')
                    {
                        if (NamedClass.Find(NameOf(_at + 2, end - 1), ignoresCase) is not { } named)
                            return null;
                        ranges.AddRange(named);
                        _at = end + 1;
                        before = 0;
                        continue;
                    }
                }

                if (character == '-' && before != 0 && _text[_at + 1] is not 0 and not ']')
                {
                    _at++;
                    if (Unescaped() is not { } to)
                        return null;
                    ranges.Add((before, to));
                    before = 0;
                    continue;
                }

                if (Unescaped() is not { } one)
                    return null;
                ranges.Add((one, one));
                before = one;
            }
            while (_text[_at] != ']');
            _at++;
            var set = CharacterSet.Of(ranges);
            if (ignoresCase)
                set = set.WithSmall();
            return (isNot ? set.Not() : set).And(_anything);
        }

        /// <summary>The character here, without a backslash before it; null at the end.</summary>
        private int? Unescaped()
        {
            if (_text[_at] == '\\')
                _at++;
            return _text[_at] == 0 ? null : _text[_at++];
        }

        private string NameOf(int from, int to) => string.Concat(_text[from..to].Select(character => new Rune(character).ToString()));
    }
}
