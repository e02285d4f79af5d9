using Npgsql;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>A part of a project's log on its way into the index: first collected, then stored table by table.</summary>
internal sealed class IndexPart(NpgsqlConnection connection, int project, IReadOnlyList<LogEntry> entries)
{
    private readonly HashSet<(long Facet, long Place)> _facets = [];
    private readonly Dictionary<long, HashSet<int>> _parts = [];
    private readonly List<LogEntry> _messages = [.. entries.Where(entry => entry.Kind == EntryKind.Message)];

    internal async Task StoreAsync(CancellationToken cancellationToken)
    {
        var types = await TypesAsync(cancellationToken);
        foreach (var message in _messages)
        {
            var place = PlaceOf(message);
            _facets.Add((IndexTerm.Type(types[message.Type!]), place));
            _facets.Add((IndexTerm.Sender(message.Sender), place));
            foreach (var recipient in message.Recipients)
                _facets.Add((IndexTerm.Recipient(recipient), place));
            if (message.Audience == Audience.Everyone)
                _facets.Add((IndexTerm.Everyone(project), place));
        }

        await StoreThreadsAsync(cancellationToken);
        await FollowAsync(cancellationToken);
        await StoreWordsAsync(cancellationToken);
        await connection.Ask(
                "INSERT INTO message_facets (facet, place) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
                _facets.Select(facet => facet.Facet).ToArray(), _facets.Select(facet => facet.Place).ToArray())
            .RunAsync(cancellationToken);
    }

    /// <summary>The numbers of the part's types. New types get their number now.</summary>
    private async Task<Dictionary<string, long>> TypesAsync(CancellationToken cancellationToken)
    {
        var names = _messages.Select(message => message.Type!).Distinct().ToArray();
        await connection.Ask(
                "INSERT INTO message_types (project, name) SELECT $1, n FROM unnest($2) AS n WHERE NOT EXISTS (SELECT 1 FROM message_types t WHERE t.project = $1 AND t.name = n)", project, names)
            .RunAsync(cancellationToken);
        var rows = await connection.Ask("SELECT name, number FROM message_types WHERE project = $1 AND name = ANY($2)", project, names)
            .ListAsync(row => (Name: row.GetString(0), Number: row.GetInt64(1)), cancellationToken);
        return rows.ToDictionary(row => row.Name, row => row.Number);
    }

    private async Task StoreThreadsAsync(CancellationToken cancellationToken)
    {
        var threads = _messages.GroupBy(message => LogKey.Of(project, message.Thread)).Select(thread => thread.ToList()).ToList();
        await connection.Ask(
                """
                INSERT INTO threads AS t (thread, last_place, messages, started_at, last_at) SELECT * FROM unnest($1, $2, $3, $4, $5)
                ON CONFLICT (thread) DO UPDATE SET last_place = excluded.last_place, messages = t.messages + excluded.messages, last_at = excluded.last_at
                """,
                threads.Select(thread => LogKey.Of(project, thread[0].Thread)).ToArray(), threads.Select(thread => PlaceOf(thread[^1])).ToArray(),
                threads.Select(thread => thread.Count).ToArray(), threads.Select(thread => thread[0].Stamp).ToArray(), threads.Select(thread => thread[^1].Stamp).ToArray())
            .RunAsync(cancellationToken);

        var replies = _messages.Where(message => message.Thread != message.Seq).ToList();
        await connection.Ask(
                "INSERT INTO thread_messages (thread, place) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
                replies.Select(reply => LogKey.Of(project, reply.Thread)).ToArray(), replies.Select(PlaceOf).ToArray())
            .RunAsync(cancellationToken);

        // The agents that already took part in the threads that continue in this part.
        var known = await connection.Ask(
                "SELECT thread, agent FROM thread_parts WHERE thread = ANY($1)", [replies.Select(reply => LogKey.Of(project, reply.Thread)).Distinct().ToArray()])
            .ListAsync(row => (Thread: row.GetInt64(0), Agent: row.GetInt32(1)), cancellationToken);
        foreach (var (thread, agent) in known)
            PartsOf(thread).Add(agent);
    }

    /// <summary>Processes the messages in order: agents that take part can read on, and agents that join late can read the thread from its
    /// start.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var joined = new List<(long Thread, int Agent)>();
        var late = new List<(long Thread, int Agent, long Before)>();
        foreach (var message in _messages)
        {
            var thread = LogKey.Of(project, message.Thread);
            var parts = PartsOf(thread);
            foreach (var agent in message.Audience == Audience.Named ? message.Recipients.Append(message.Sender) : [message.Sender])
            {
                if (agent == 0 || !parts.Add(agent))
                    continue;
                joined.Add((thread, agent));
                if (message.Thread != message.Seq)
                    late.Add((thread, agent, PlaceOf(message)));
            }

            if (message.Thread == message.Seq)
                continue;
            foreach (var agent in parts.Where(agent => agent != message.Sender && !message.Recipients.Contains(agent)))
                _facets.Add((IndexTerm.Follower(agent), PlaceOf(message)));
        }

        await connection.Ask(
                "INSERT INTO thread_parts (thread, agent) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
                joined.Select(one => one.Thread).ToArray(), joined.Select(one => one.Agent).ToArray())
            .RunAsync(cancellationToken);
        foreach (var (thread, agent, _) in late)
            _facets.Add((IndexTerm.Follower(agent), thread));
        await connection.Ask(
                """
                INSERT INTO message_facets (facet, place)
                SELECT l.facet, m.place FROM unnest($1, $2, $3) AS l (facet, thread, before) JOIN thread_messages m ON m.thread = l.thread AND m.place < l.before
                ON CONFLICT DO NOTHING
                """,
                late.Select(one => IndexTerm.Follower(one.Agent)).ToArray(), late.Select(one => one.Thread).ToArray(), late.Select(one => one.Before).ToArray())
            .RunAsync(cancellationToken);
    }

    private async Task StoreWordsAsync(CancellationToken cancellationToken)
    {
        var texts = _messages.Select(message => (Place: PlaceOf(message), Content: MessageJsonReader.Content(message.Json)))
            .Where(text => text.Content is { Length: > 0 })
            .ToList();
        await connection.Ask(
                """
                INSERT INTO message_text (place, words) SELECT t.place, t.words::tsvector || array_to_tsvector(t.marks::text[])
                FROM unnest($1, $2, $3) AS t (place, words, marks) ON CONFLICT (place) DO UPDATE SET words = excluded.words
                """,
                texts.Select(text => text.Place).ToArray(), texts.Select(text => SearchWords.Vector(text.Content!)).ToArray(),
                texts.Select(text => SearchMarks.Of(project, text.Place)).ToArray())
            .RunAsync(cancellationToken);
        // Messages deleted within this part are already tombstones. The words of messages that were indexed earlier are removed now.
        await connection.Ask(
                "DELETE FROM message_text WHERE place = ANY($1)",
                [entries.Where(entry => entry.Kind == EntryKind.Deletion).Select(entry => LogKey.Of(project, entry.Subject)).ToArray()])
            .RunAsync(cancellationToken);
    }

    private HashSet<int> PartsOf(long thread)
    {
        if (!_parts.TryGetValue(thread, out var parts))
            _parts.Add(thread, parts = []);
        return parts;
    }

    private long PlaceOf(LogEntry entry) => LogKey.Of(project, entry.Seq);
}
