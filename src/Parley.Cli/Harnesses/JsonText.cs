using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>A JSON file of somebody else's as text. What is put in can be taken out again, and every other character stays as it is: comments, line ends,
/// the order of keys.</summary>
/// <remarks>
/// The text itself tells what has to go with the last item. A list that was put in begins its items on new lines. An item that is put into an empty list
/// of the file stands right behind its bracket, so the list stays when the item goes.
/// </remarks>
internal sealed class JsonText
{
    private const int Deepest = 256;

    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(" \t\r\n,]}/");

    private int _at;

    private JsonText(string text) => Text = text;

    internal string Text { get; }

    internal JsonPlace Root { get; private set; } = null!;

    /// <exception cref="JsonException">It is not JSON. Comments and commas behind the last item are allowed.</exception>
    internal static JsonText Parse(string text)
    {
        var read = new JsonText(text);
        read.SkipMark();
        using (JsonDocument.Parse(text.AsMemory(read._at), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = Deepest }))
        {
            // What follows takes it for JSON.
        }

        read.Skip();
        read.Root = read.Value();
        return read;
    }

    /// <summary>The value of a place; comments are left out.</summary>
    internal JsonNode? Node(JsonPlace place) => JsonNode.Parse(
        Text[place.Start..place.End], documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = Deepest });

    /// <summary>The text with one item more, as the last one.</summary>
    /// <param name="to">An object or an array.</param>
    /// <param name="depth">How deep its items are: 1 for those of the root.</param>
    /// <param name="key">Null for an array.</param>
    internal string Add(JsonPlace to, int depth, string? key, JsonNode value)
    {
        var layout = JsonLayout.Of(this);
        var item = (key is null ? "" : $"{JsonLayout.Quoted(key)}: ") + layout.Value(value, depth);
        if (to.Items is not [.., var last])
            return Text.Insert(to.Start + 1, item);

        var comma = last.CommaAfter;
        var (behind, isInLine) = BehindComments(comma >= 0 ? comma + 1 : last.Value.End);
        var separate = isInLine && !IsOnNewLine(last.Start) ? " " : layout.NewLine + layout.Indent(depth);
        return comma >= 0 ? Text.Insert(behind, $"{separate}{item},") : Text.Insert(behind, separate + item).Insert(last.Value.End, ",");
    }

    /// <summary>The text without an item.</summary>
    internal string Without(JsonItem item)
    {
        var from = IsOnNewLine(item.Start) ? LineStart(item.Start) : item.Start > 0 && Text[item.Start - 1] == ' ' ? item.Start - 1 : item.Start;
        if (item.CommaAfter >= 0)
            return Text.Remove(item.CommaAfter, 1).Remove(from, item.Value.End - from);
        var text = Text.Remove(from, item.Value.End - from);
        return item.CommaBefore >= 0 ? text.Remove(item.CommaBefore, 1) : text;
    }

    /// <summary>Whether a list goes with its only item, because it was put in for it.</summary>
    internal bool GoesWithItsItem(JsonPlace list) => list.Items is [var only] && IsOnNewLine(only.Start) && LineStart(only.Start) == list.Start + 1;

    private bool IsOnNewLine(int start) => LineStart(start) < start;

    /// <summary>Where the white space before an item begins that was put in with it, if it is on a line of its own; else the item's place.</summary>
    private int LineStart(int start)
    {
        var at = start;
        while (at > 0 && Text[at - 1] is ' ' or '\t')
            at--;
        if (at == 0 || Text[at - 1] != '\n')
            return start;
        return at > 1 && Text[at - 2] == '\r' ? at - 2 : at - 1;
    }

    /// <summary>Behind the comments that follow a place, so that they stay with what they are about.</summary>
    /// <returns>The place, and whether something can follow in the same line.</returns>
    private (int Place, bool IsInLine) BehindComments(int place)
    {
        var (behind, isInLine) = (place, true);
        for (var at = place; at < Text.Length;)
        {
            if (char.IsWhiteSpace(Text[at]))
            {
                at++;
            }
            else if (Text[at] == '/')
            {
                isInLine = Text[at + 1] == '*';
                behind = at = CommentEnd(at);
            }
            else
            {
                break;
            }
        }

        return (behind, isInLine);
    }

    private int CommentEnd(int at)
    {
        if (Text[at + 1] == '*')
            return Text.IndexOf("*/", at + 2, StringComparison.Ordinal) + 2;
        var end = Text.IndexOfAny(['\r', '\n'], at);
        return end < 0 ? Text.Length : end;
    }

    private void SkipMark()
    {
        if (Text is ['\uFEFF', ..])
            _at = 1;
    }

    private void Skip()
    {
        while (_at < Text.Length)
        {
            if (char.IsWhiteSpace(Text[_at]))
                _at++;
            else if (Text[_at] == '/')
                _at = CommentEnd(_at);
            else
                break;
        }
    }

    private JsonPlace Value()
    {
        var place = new JsonPlace(Text[_at], _at);
        if (place.Open is '{' or '[')
            Items(place);
        else if (place.Open == '"')
            String();
        else
            _at = Text.AsSpan(_at).IndexOfAny(ValueEnds) is >= 0 and var length ? _at + length : Text.Length;
        place.End = _at;
        return place;
    }

    private void Items(JsonPlace into)
    {
        var close = into.Open == '{' ? '}' : ']';
        var comma = -1;
        for (_at++, Skip(); Text[_at] != close; Skip())
        {
            var (start, key) = (_at, (string?)null);
            if (close == '}')
            {
                String();
                key = (string?)JsonNode.Parse(Text[start.._at]);
                Skip();
                _at++;
                Skip();
            }

            into.Items.Add(new JsonItem(key, start, Value()) { CommaBefore = comma });
            Skip();
            if (Text[_at] != ',')
                continue;
            into.Items[^1].CommaAfter = comma = _at++;
        }

        _at++;
    }

    private void String()
    {
        for (_at++; Text[_at] != '"'; _at++)
        {
            if (Text[_at] == '\\')
                _at++;
        }

        _at++;
    }
}
