using Parley.Server.History;
using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageHistory
{
    public ValueTask<IReadOnlyList<T>> LastSentAsync<T>(
        int project, IReadOnlyCollection<int> senders, Func<LogEntry, T> show, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<T>>(
            connection =>
            {
                var wanted = senders.ToHashSet();
                var places = LastBeyondIndex(connection, project, wanted);
                wanted.ExceptWith(places.Keys);
                foreach (var sender in wanted)
                {
                    if (connection.Prepare("SELECT max(place) FROM idx.message_facets WHERE facet = ?1").Bind(1, IndexTerm.Sender(sender)).Scalar() is { } place)
                        places[sender] = place;
                }

                var found = new List<T>(places.Count);
                foreach (var place in places.Values)
                {
                    if (SqliteLogRows.Find(connection, place) is { } entry)
                        found.Add(show(entry));
                }

                return found;
            },
            cancellationToken);

    /// <summary>By sender. After a burst, the index is far behind, so only the rows of those senders are looked at, and none once each has one.</summary>
    private static Dictionary<int, long> LastBeyondIndex(SqliteConnection connection, int project, HashSet<int> senders)
    {
        var places = new Dictionary<int, long>();
        var rows = connection.Prepare(
                """
                SELECT l.sender, l.place FROM log l
                WHERE l.place > ?1 AND l.place <= ?2 AND l.kind = 1 AND l.sender IN (SELECT value FROM json_each(?3)) ORDER BY l.place DESC
                """)
            .Bind(1, LogKey.Of(project, Indexed(connection, project))).Bind(2, LogKey.Last(project)).Bind(3, $"[{string.Join(',', senders)}]");
        while (places.Count < senders.Count && rows.Step())
            places.TryAdd(rows.Int32(0), rows.Int64(1));
        rows.Reset();
        return places;
    }
}
