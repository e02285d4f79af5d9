using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>Reads the content and the metadata of one message for all rules of a project: each at most once, and only if a rule asks for it.</summary>
internal sealed class RuleReading(RuleBook book, in RuledMessage message) : IDisposable
{
    /// <summary>How many characters of the content rules look at. An expression reads each of them once, so this limits how long a send can
    /// take.</summary>
    internal const int LongestLook = 16_384;

    private readonly ReadOnlyMemory<byte> _content = message.Content, _metadata = message.Metadata;
    private readonly string? _role = message.SenderRole;
    private char[]? _letters;
    private int _length;
    private bool[]? _words;
    private bool? _mayMatch;
    private JsonDocument? _document;
    private FieldValue[]? _values;

    /// <summary>The role of the sender as rules write it, <c>role:lead</c>; null if it has none.</summary>
    internal string? SenderRole => _role is null ? null : field ??= $"role:{_role}";

    public void Dispose()
    {
        _document?.Dispose();
        if (_letters is { Length: > 0 } rented)
            ArrayPool<char>.Shared.Return(rented);
        _letters = null;
    }

    /// <summary>Whether the content has one of these words; see <see cref="RuleBook.Words"/>.</summary>
    internal bool HasOneOf(int[] words)
    {
        _words ??= FindWords();
        foreach (var word in words)
        {
            if (_words[word])
                return true;
        }

        return false;
    }

    internal bool Matches(Regex pattern)
    {
        // Usually, no expression matches. One look with all of them together finds that out.
        _mayMatch ??= book.AnyPattern is not { } any || any.IsMatch(Letters);
        return _mayMatch.Value && pattern.IsMatch(Letters);
    }

    /// <summary>Whether the metadata has a field with this value.</summary>
    internal bool Has(RuleField wanted)
    {
        _values ??= FindFields();
        return wanted.IsIn(_values);
    }

    /// <summary>Whether a word can have this character.</summary>
    internal static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    private ReadOnlySpan<char> Letters
    {
        get
        {
            if (_letters is null)
                ReadContent();
            return _letters.AsSpan(0, _length);
        }
    }

    private void ReadContent()
    {
        if (_content.IsEmpty)
        {
            _letters = [];
            return;
        }

        _letters = ArrayPool<char>.Shared.Rent(_content.Length);
        var reader = new Utf8JsonReader(_content.Span);
        reader.Read();
        _length = Math.Min(reader.CopyString(_letters), LongestLook);
    }

    private FieldValue[] FindFields()
    {
        var found = new FieldValue[book.Fields.Count];
        if (_metadata.IsEmpty)
            return found;
        _document = JsonDocument.Parse(_metadata, JsonDepth.StoredDocument);
        foreach (var field in _document.RootElement.EnumerateObject())
        {
            if (book.Fields.TryGetValue(field.Name, out var number))
                found[number] = new FieldValue(field.Value);
        }

        return found;
    }

    private bool[] FindWords()
    {
        var found = new bool[book.Words.Count];
        var known = book.Words.GetAlternateLookup<ReadOnlySpan<char>>();
        var text = Letters;
        if (!text.ContainsAny(book.AnyWord))
            return found;
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && IsOfWord(text[at]))
                at++;
            if (at > start && known.TryGetValue(text[start..at], out var word))
                found[word] = true;
        }

        return found;
    }
}
