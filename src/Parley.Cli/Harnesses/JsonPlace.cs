namespace Parley.Cli.Harnesses;

/// <summary>A value of a JSON text, and where it stands.</summary>
/// <param name="Open">The first character: <c>{</c> of an object, <c>[</c> of an array.</param>
/// <param name="Start">The place of its first character.</param>
internal sealed class JsonPlace(char open, int start)
{
    internal char Open { get; } = open;

    internal int Start { get; } = start;

    /// <summary>The place behind its last character.</summary>
    internal int End { get; set; }

    /// <summary>Of an object or an array: what it holds, in order.</summary>
    internal List<JsonItem> Items { get; } = [];

    /// <summary>The value of a member; null if this is no object, or has none.</summary>
    internal JsonPlace? this[string key] => Open == '{' ? Items.Find(item => item.Key == key)?.Value : null;
}

/// <summary>A member of an object, or an item of an array.</summary>
/// <param name="Key">Null in an array.</param>
/// <param name="Start">The place of the key, or of the value in an array.</param>
internal sealed record JsonItem(string? Key, int Start, JsonPlace Value)
{
    /// <summary>The place of the comma before it; -1 if it is the first.</summary>
    internal int CommaBefore { get; init; } = -1;

    /// <summary>The place of the comma behind it; -1 if there is none.</summary>
    internal int CommaAfter { get; set; } = -1;
}
