using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.CatchUp;

/// <summary>One list of a catch-up: which of its items are shown, and how much of the text of each.</summary>
internal abstract class CatchUpPart
{
    /// <summary>A shorter piece of a text says nothing.</summary>
    private const int LeastText = 20;

    /// <summary>At least as long as the field that a whole text does not need.</summary>
    private const int LongestMark = 32;

    /// <summary>How many characters of its text each item has; those after the last are left out.</summary>
    protected List<int> Shown { get; } = [];

    internal abstract int Count { get; }

    internal int CountShown => Shown.Count;

    internal abstract int LeftOut { get; }

    /// <summary>Shows the next item, without its text, if that takes at most so many characters.</summary>
    /// <returns>The characters that it takes; null if it does not fit or there is none.</returns>
    internal int? Show(long most)
    {
        if (CountShown == Count)
            return null;
        // With the comma.
        var cost = CostOf(CountShown, 0) + 1;
        if (cost > most)
            return null;
        Shown.Add(0);
        return cost;
    }

    /// <summary>Shows more of an item's text: up to a length, if that takes at most so many characters more, or else as much as fits.</summary>
    /// <returns>The characters that it takes more.</returns>
    internal int Lengthen(int at, int length, long most)
    {
        var (before, whole) = (CostOf(at, Shown[at]), TextLengthOf(at));
        length = (int)Math.Min(Math.Min(length, whole), Shown[at] + most + LongestMark);
        // Characters that JSON escapes take more than one, so this is tried.
        while (length > Shown[at] && (length == whole || length >= LeastText))
        {
            var more = CostOf(at, length) - before;
            if (more <= most)
            {
                Shown[at] = length;
                return more;
            }

            length = length * 9 / 10;
        }

        return 0;
    }

    protected abstract int TextLengthOf(int at);

    /// <summary>The characters of an item with so much of its text.</summary>
    protected abstract int CostOf(int at, int length);
}

/// <inheritdoc/>
/// <param name="items">The most important first.</param>
/// <param name="total">How many there are, at least as many as the items.</param>
/// <param name="textLength">The length of an item's text.</param>
/// <param name="cut">The item with so many characters of its text; all of it for the whole length.</param>
internal sealed class CatchUpPart<T>(IReadOnlyList<T> items, int total, Func<T, int> textLength, Func<T, int, T> cut) : CatchUpPart
    where T : class
{
    private static readonly JsonTypeInfo<T> Json = (JsonTypeInfo<T>)WireJson.Lenient.GetTypeInfo(typeof(T))!;

    internal override int Count => items.Count;

    internal override int LeftOut => Math.Max(total, items.Count) - CountShown;

    internal IReadOnlyList<T> Fitted => [.. Shown.Select((length, at) => cut(items[at], length))];

    protected override int TextLengthOf(int at) => textLength(items[at]);

    protected override int CostOf(int at, int length) => Encoding.UTF8.GetCharCount(JsonSerializer.SerializeToUtf8Bytes(cut(items[at], length), Json));
}

/// <summary>Makes parts whose items have one text.</summary>
internal static class CatchUpParts
{
    /// <param name="with">The item with a text, and how long it is in full if that is not all of it.</param>
    internal static CatchUpPart<T> Of<T>(IReadOnlyList<T> items, int total, Func<T, string?> text, Func<T, string?, int?, T> with)
        where T : class => new(
            items, total, item => text(item)?.Length ?? 0,
            (item, length) => text(item) is { Length: > 0 } whole && length < whole.Length
                ? with(item, length == 0 ? null : TokenBudget.Cut(whole, length), whole.Length)
                : item);

    internal static CatchUpPart<CatchUpReservation> Of(IReadOnlyList<CatchUpReservation> items, int total) => new(
        items, total, item => item.Paths.Sum(path => path.Length),
        (item, length) =>
        {
            var paths = new List<string>();
            foreach (var path in item.Paths.TakeWhile(path => (length -= path.Length) >= 0))
                paths.Add(path);
            return paths.Count == item.Paths.Count ? item : item with { Paths = paths, Shortened = item.Paths.Count };
        });
}
