using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>Reads typed values from a query string and records everything that is wrong with it. A bad or absent value reads as the default.
/// <see cref="Finish"/> returns the problem, including unknown parameters.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private const int LongestText = 1024;
    private const int MostRepeats = 100;

    private readonly List<QueryParameter> _parameters = [];
    private readonly Validation _validation = new();

    /// <summary>A prefix for names in error messages, if the query is part of something larger.</summary>
    public string Place { get; init; } = "";

    /// <summary>What error messages call one of its values.</summary>
    public string Noun { get; init; } = "a query parameter";

    /// <summary>Parameters that every request may have.</summary>
    private static readonly string[] Everywhere = ["project_id", "ticket"];

    /// <summary>The parameters read so far, in order.</summary>
    public IReadOnlyList<QueryParameter> Parameters => _parameters;

    /// <summary>Lists all parameters by reading an empty query, so the documentation and the actual checks always agree.</summary>
    public static IReadOnlyList<QueryParameter> ParametersOf<T>(Func<QueryReader, T> read)
    {
        var reader = new QueryReader(QueryCollection.Empty);
        read(reader);
        return reader.Parameters;
    }

    /// <summary>The refusal if a request has a query but its endpoint takes none; otherwise null.</summary>
    public static ApiProblem? UnknownIn(HttpRequest request) => request.QueryString.HasValue ? new QueryReader(request.Query).Finish() : null;

    /// <summary>The <c>limit</c> and <c>after</c> that every list takes.</summary>
    public ListQuery List() => new(
        Int("limit", 1, 500, "How many items at most.") ?? 50,
        Text("after", "The `next` of the previous page."));

    /// <param name="mayBeEmpty">Whether an empty text is meaningful; otherwise it is refused.</param>
    public string? Text(string name, string? meaning = null, bool mayBeEmpty = false)
    {
        _parameters.Add(new QueryParameter(name, "string") { Meaning = meaning });
        return mayBeEmpty && query.TryGetValue(name, out var values) && values is [""] ? "" : One(name);
    }

    /// <summary>Texts, as repeated <c>?name=</c> or separated by commas; empty if absent.</summary>
    public IReadOnlyList<string> Texts(string name, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "string") { Meaning = meaning, Repeated = true });
        return Many(name);
    }

    /// <summary>The value of a filter, or the values of a repeated one. A <c>!</c> before each leaves them out.</summary>
    /// <param name="words">The only values; null for any.</param>
    public FilterValues Filter(string name, string meaning, bool isRepeated = false, IReadOnlyList<string>? words = null)
    {
        _parameters.Add(new QueryParameter(name, "string") { Meaning = $"{meaning} `!` before {(isRepeated ? "each of them" : "it")} leaves {(isRepeated ? "these" : "it")} out.", Repeated = isRepeated });
        var texts = isRepeated ? Many(name) : One(name) is { } only ? [only] : [];
        if (texts.Count == 0)
            return FilterValues.None;

        var leavesOut = texts[0][0] == '!';
        if (texts.Any(text => (text[0] == '!') != leavesOut))
        {
            Fail(name, "mixes values with and without `!`; give only those to list, or only those to leave out");
            return FilterValues.None;
        }

        string[] values = [.. texts.Select(text => leavesOut ? text[1..] : text)];
        foreach (var value in values)
        {
            if (value.Length == 0)
                Fail(name, "has no value after `!`");
            else if (words?.Contains(value, StringComparer.Ordinal) == false)
                Fail(name, $"is '{Problems.Shown(value)}'; expected one of {string.Join(", ", words)}");
        }

        return new FilterValues(values, leavesOut);
    }

    public int? Int(string name, int least, int most, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "integer") { Meaning = meaning, Minimum = least, Maximum = most });
        if (One(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"is '{Problems.Shown(text)}'; expected a whole number from {least} to {most}"));
        return null;
    }

    public long? Long(string name, long least, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "integer") { Meaning = meaning, Format = "int64", Minimum = least });
        if (One(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least)
            return value;
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"is '{Problems.Shown(text)}'; expected a whole number from {least}"));
        return null;
    }

    /// <summary>Seconds, possibly with a fraction.</summary>
    public TimeSpan? Seconds(string name, double least, double most, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "number") { Meaning = meaning, Minimum = least, Maximum = most });
        if (One(name) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return TimeSpan.FromSeconds(value);
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"is '{Problems.Shown(text)}'; expected seconds from {least} to {most}"));
        return null;
    }

    public bool? Flag(string name, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "boolean") { Meaning = meaning });
        switch (One(name))
        {
            case null: return null;
            case "true" or "1": return true;
            case "false" or "0": return false;
            case var text:
                Fail(name, $"is '{Problems.Shown(text)}'; expected true, false, 1 or 0");
                return null;
        }
    }

    /// <summary>A time. One without an offset is refused, because it would be ambiguous.</summary>
    public DateTimeOffset? Time(string name, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "string") { Meaning = meaning, Format = "date-time" });
        if (One(name) is not { } text)
            return null;

        // An unencoded '+' arrives as a space, so treat 12:00:00 01:00 as 12:00:00+01:00.
        var repaired = text.Replace(' ', '+');
        if (Times.TryParse(repaired, out var time))
            return time;
        Fail(name, $"is '{Problems.Shown(text)}'; expected a time with its offset, such as 2026-01-22T13:56:52.551Z");
        return null;
    }

    /// <summary>A value of an enum, in snake_case.</summary>
    public T? Word<T>(string name, string? meaning = null)
        where T : struct, Enum
    {
        var words = WireType.WordsOf(typeof(T));
        _parameters.Add(new QueryParameter(name, "string") { Meaning = meaning, Words = words });
        return One(name) is { } text ? Find<T>(name, text, words) : null;
    }

    /// <summary>One of a few words that are not an enum.</summary>
    public string? Word(string name, IReadOnlyList<string> words, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "string") { Meaning = meaning, Words = words });
        if (One(name) is not { } text || words.Contains(text, StringComparer.Ordinal))
            return One(name, quiet: true);
        Fail(name, $"is '{Problems.Shown(text)}'; expected one of {string.Join(", ", words)}");
        return null;
    }

    /// <summary>A set of numbers such as <c>3,4</c>, repeated or separated by commas; empty if absent.</summary>
    public IReadOnlyList<int> Ints(string name, int least, int most, string? meaning = null)
    {
        _parameters.Add(new QueryParameter(name, "integer") { Meaning = meaning, Minimum = least, Maximum = most, Repeated = true });
        var values = new List<int>();
        foreach (var text in Many(name))
        {
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                values.Add(value);
            else
                Fail(name, string.Create(CultureInfo.InvariantCulture, $"is '{Problems.Shown(text)}'; expected whole numbers from {least} to {most}, such as {least},{most}"));
        }

        return values;
    }

    /// <summary>All parameters <c>PREFIX.KEY=value</c>, by key: filters on metadata.</summary>
    public IReadOnlyDictionary<string, string> Keyed(string prefix, string? meaning = null)
    {
        _parameters.Add(new QueryParameter($"{prefix}.KEY", "string") { Meaning = meaning });
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in query.Keys.Where(name => IsKeyOf(prefix, name)))
        {
            if (One(name) is { } text)
                found[name[(prefix.Length + 1)..]] = text;
        }

        return found;
    }

    /// <summary>Records an error that the caller found in a value that it read.</summary>
    public void Fail(string name, string reason) => _validation.Fail(Place + name, reason);

    /// <returns>Everything that is wrong with the query, or null.</returns>
    public ApiProblem? Finish()
    {
        var names = _parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        var prefixes = names.Where(name => name.EndsWith(".KEY", StringComparison.Ordinal)).Select(name => name[..^4]).ToArray();
        foreach (var name in query.Keys)
        {
            if (names.Contains(name) || Everywhere.Contains(name, StringComparer.Ordinal) || prefixes.Any(prefix => IsKeyOf(prefix, name)))
                continue;
            // If the endpoint reads no parameters, suggest those that every request may have.
            Fail(Problems.Shown(name), DidYouMean.To(name, names.Count > 0 ? names : Everywhere) is { } near
                ? $"is not {Noun} here; did you mean '{near}'?"
                : $"is not {Noun} here");
        }

        return _validation.Problem;
    }

    private string? One(string name, bool quiet = false)
    {
        if (!query.TryGetValue(name, out var values) || values.Count == 0)
            return null;
        if (values.Count > 1 && !quiet)
        {
            Fail(name, "is given more than once");
            return null;
        }

        return quiet || IsSound(name, values[0]) ? values[0] : null;
    }

    private IReadOnlyList<string> Many(string name)
    {
        if (!query.TryGetValue(name, out var values) || StringValues.IsNullOrEmpty(values))
            return [];

        var texts = values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToArray();
        if (texts.Length > MostRepeats)
        {
            Fail(name, string.Create(CultureInfo.InvariantCulture, $"has more than {MostRepeats} values"));
            return [];
        }

        return [.. texts.Where(text => IsSound(name, text))];
    }

    private bool IsSound(string name, string? text)
    {
        var reason = text switch
        {
            null or "" => "is empty",
            { Length: > LongestText } => string.Create(CultureInfo.InvariantCulture, $"is longer than {LongestText} characters"),
            _ when text.Contains('\0', StringComparison.Ordinal) => "holds NUL",
            _ when text.Contains('\uFFFD', StringComparison.Ordinal) => "is not valid UTF-8",
            _ => null,
        };
        if (reason is not null)
            Fail(name, reason);
        return reason is null;
    }

    private T? Find<T>(string name, string text, string[] words)
        where T : struct, Enum
    {
        if (WireType.Find<T>(text) is { } value)
            return value;
        Fail(name, $"is '{Problems.Shown(text)}'; expected one of {string.Join(", ", words)}");
        return null;
    }

    private static bool IsKeyOf(string prefix, string name) =>
        name.Length > prefix.Length + 1 && name[prefix.Length] == '.' && name.StartsWith(prefix, StringComparison.Ordinal);
}
