using System.Globalization;
using Npgsql;
using Parley.Server.History;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>One search for messages: uses the most selective index that fits the query, a page at a time, in order, and checks its results
/// against the whole query until there are enough.</summary>
internal sealed class MessageSearch(NpgsqlConnection connection, HistoryQuery query, ThreadParts parts)
{
    /// <summary>A page is read completely before it is checked: large enough that most searches need only one, small enough to waste
    /// little.</summary>
    private const int LeastPage = 64;

    /// <summary>The page of a count.</summary>
    private const int CountedAtOnce = 1_000;

    /// <summary>How many blocks of the log are searched for words at once, newest first; the last search covers everything before them. Each range is
    /// wide enough that words too rare to fill a page in the previous range give a few hundred rows, not many thousands.</summary>
    private static readonly int[] Widths = [2, 14];

    /// <summary>The most conditions in one query; the remaining words are combined in the last condition.</summary>
    private const int MostConditions = 8;

    /// <summary>A project with less than this fraction of all messages is selected by its mark. For a larger one, it is cheaper to read and skip the
    /// few rows of other projects than to follow the mark, which nearly every message has.</summary>
    private const int SmallPart = 8;

    private readonly List<LogEntry> _found = [];
    private long _bytes;
    private readonly HashSet<long> _entered = [];
    private readonly HashSet<long> _asked = [];
    private readonly long _first = LogKey.First(query.Project);

    /// <summary>For a count: how many messages it looks at.</summary>
    private int? _most;

    private int _looked;
    private int _counted;

    private int PageSize => _most is null ? Math.Max(LeastPage, query.Max) : CountedAtOnce;

    private bool IsEnough => _most is { } most ? _looked > most : _found.Count >= query.Max || _bytes >= MessagePage.Bytes;

    internal async Task<MessageCount> CountAsync(int most, CancellationToken cancellationToken)
    {
        _most = most;
        _ = await FindAsync(cancellationToken);
        return new MessageCount(_counted, IsAll: _looked <= most);
    }

    internal async Task<IReadOnlyList<LogEntry>> FindAsync(CancellationToken cancellationToken)
    {
        var after = LogKey.Of(query.Project, query.After);
        var before = query.Before == long.MaxValue ? LogKey.Last(query.Project) + 1 : LogKey.Of(query.Project, query.Before);
        var match = new MessageMatch(query, _entered.Contains);

        // The words of the part that is not indexed yet are unknown. A search covers only what is indexed, and its caller has the index catch up
        // first.
        if (query.Text is { } text)
            return SearchWords.Terms(text) is { Count: > 0 } terms ? await FindWordsAsync(terms, before, match, cancellationToken) : [];

        _ = query.OldestFirst
            ? await WithinIndexAsync() || await BeyondIndexAsync()
            : await BeyondIndexAsync() || await WithinIndexAsync();
        return _found;

        async Task<bool> BeyondIndexAsync() => await CollectAsync(
            new IndexScan("SELECT place FROM log WHERE kind = 1 AND place"), Math.Max(parts.Indexed, after), before, match, cancellationToken);

        async Task<bool> WithinIndexAsync() =>
            await CollectAsync(await WayInAsync(cancellationToken), after, Math.Min(parts.Indexed + 1, before), match, cancellationToken);
    }

    private async Task<IReadOnlyList<LogEntry>> FindWordsAsync(
        IReadOnlyList<string> terms, long before, MessageMatch match, CancellationToken cancellationToken)
    {
        // The index of words is the only one without an order to follow.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        _ = await connection.Ask("SELECT set_config('enable_bitmapscan', 'on', true)").ListAsync(row => row.GetString(0), cancellationToken);
        before = Math.Min(before, parts.Indexed + 1);
        foreach (var width in Widths)
        {
            var from = Math.Max(_first, SearchMarks.Back(before - 1, width - 1) - 1);
            if (await CollectAsync(Words([SearchMarks.Blocks(before - 1, width), .. terms]), from, before, match, cancellationToken) || from == _first)
                return _found;
            before = from + 1;
        }

        string[] mark = await IsSmallAsync(cancellationToken) ? [SearchMarks.Project(query.Project)] : [];
        _ = await CollectAsync(Words([.. mark, .. terms]), _first, before, match, cancellationToken);
        return _found;
    }

    /// <summary>The messages that contain all of some words, each as a separate condition. Then the index can jump from the next match of one word to
    /// the next match of the other. In a single condition, it would look at every place of the rarest word: for two words that ten million messages
    /// contain a hundred thousand times each, this would take longer than anybody waits.</summary>
    private static IndexScan Words(IReadOnlyList<string> terms)
    {
        string[] conditions = terms.Count <= MostConditions ? [.. terms] : [.. terms.Take(MostConditions - 1), string.Join(" & ", terms.Skip(MostConditions - 1))];
        var words = string.Join(" AND ", conditions.Select((_, number) => string.Create(CultureInfo.InvariantCulture, $"words @@ ${number + 4}::tsquery")));
        return new IndexScan($"SELECT place FROM message_text WHERE {words} AND place", conditions);
    }

    private void Add(LogEntry entry)
    {
        if (_most is { } most)
        {
            _counted += _looked <= most ? 1 : 0;
            return;
        }

        _found.Add(entry);
        _bytes += entry.Json.Length;
    }

    private async Task<bool> IsSmallAsync(CancellationToken cancellationToken) =>
        LogKey.Seq(parts.Indexed) < await connection.Ask("SELECT sum(seq)::bigint FROM indexed").ValueAsync<long>(cancellationToken) / SmallPart;

    /// <summary>Reads and checks pages of an index scan between two places, not including either.</summary>
    /// <returns>True if no more are needed.</returns>
    private async Task<bool> CollectAsync(IndexScan way, long after, long before, MessageMatch match, CancellationToken cancellationToken)
    {
        var order = query.OldestFirst ? "ASC" : "DESC";
        while (true)
        {
            // The scan is limited to a page before rows are read: each row is read by its key, and no more than a page of them. If retention has just
            // removed a row, its place still counts.
            var (page, isWhole) = await connection.Ask(
                    $"SELECT {PostgresLogRows.Columns}, f.place FROM ({way.In(order)}) f LEFT JOIN log l ON l.place = f.place AND l.kind = 1 ORDER BY f.place {order}",
                    [after, before, PageSize, .. way.Values])
                .ListAsync(
                    row => (Place: row.GetInt64(row.FieldCount - 1), Entry: row.IsDBNull(0) ? null : PostgresLogRows.Read(row)),
                    row => row.Entry?.Json.Length ?? 0, MessagePage.Bytes, cancellationToken);
            var entries = page.Select(row => row.Entry).OfType<LogEntry>().ToList();
            await AskForThreadsAsync(entries, cancellationToken);
            foreach (var entry in entries)
            {
                _looked++;
                if (match.Takes(entry))
                    Add(entry);
                else if (match.IsPast(entry))
                    return true;
                if (IsEnough)
                    return true;
            }

            if (isWhole && page.Count < PageSize)
                return false;
            if (query.OldestFirst)
                after = page[^1].Place;
            else
                before = page[^1].Place;
        }
    }

    /// <summary>Looks up what the check of a page needs: in which of its threads the reader takes part.</summary>
    private async Task AskForThreadsAsync(List<LogEntry> page, CancellationToken cancellationToken)
    {
        if (query.Reader is not { } reader)
            return;
        var unknown = page.Where(entry => Visibility.ByItself(entry, reader) is null).Select(entry => entry.Thread).Where(_asked.Add).ToList();
        if (unknown.Count > 0)
            _entered.UnionWith(await parts.OfAsync(reader.Agent, unknown, cancellationToken));
    }

    private async Task<IndexScan> WayInAsync(CancellationToken cancellationToken)
    {
        if (query.Thread is { } thread)
            return IndexScan.Thread(LogKey.Of(query.Project, thread));
        if (query.Execution is { } execution)
            return new IndexScan("SELECT place FROM log WHERE execution = $4 AND kind = 1 AND place", LogKey.Of(query.Project, execution));
        if (query.Task is { } task)
            return new IndexScan("SELECT place FROM log WHERE task = $4 AND kind = 1 AND place", task);
        if (query.Sender is { } sender)
            return IndexScan.Term(IndexTerm.Sender(sender));
        if (query.Recipient is { } recipient)
            return IndexScan.Term(IndexTerm.Recipient(recipient));
        if (query.Types is { Count: 1 } types)
            return IndexScan.Term(IndexTerm.Type(await TypeNumberAsync(types.First(), cancellationToken)));
        if (query.Reader is { } reader)
            return IndexScan.Reader(query.Project, reader.Agent, await parts.EnteredBeyondIndexAsync(reader.Agent, cancellationToken));
        return new IndexScan("SELECT place FROM log WHERE kind = 1 AND place");
    }

    private async Task<long> TypeNumberAsync(string type, CancellationToken cancellationToken) =>
        await connection.Ask("SELECT number FROM message_types WHERE project = $1 AND name = $2", query.Project, type).ValueAsync<long>(cancellationToken) ?? -1;
}
