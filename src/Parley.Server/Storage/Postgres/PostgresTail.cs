using System.Runtime.InteropServices;
using Npgsql;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Passes committed entries to the logs' tails in memory, complete and in order. If another node has written in between, the missing entries
/// are read first.</summary>
internal sealed class PostgresTail
{
    /// <summary>The most in one read: some milliseconds.</summary>
    private const int PartSize = 1_000;

    /// <summary>Receives committed entries. Set once, before the first write.</summary>
    internal ILogSink Sink { get; set; } = null!;

    /// <summary>Knows who may be waiting for the reply to a request. Set once, before the first write.</summary>
    internal IHandover Handover { get; set; } = null!;

    /// <summary>Another node has written entries up to a seq. They are read if somebody is waiting for them. Otherwise, only the place is recorded,
    /// and later readers find them in the store.</summary>
    internal async ValueTask HearAsync(int project, long head, NpgsqlConnection connection)
    {
        if (Sink.IsAwaited(project) || Handover.IsExpectant)
            await CatchUpAsync(project, head, connection);
        else
            Sink.SkipTo(project, head);
    }

    /// <summary>Publishes a commit by this node.</summary>
    /// <param name="connection">An idle connection, used to read a gap.</param>
    internal async ValueTask PublishAsync(List<LogEntry> entries, NpgsqlConnection connection)
    {
        // Entries of several projects are mixed in the order of their transitions. Within each project, they are in order.
        if (entries.Count > 1 && entries.Exists(entry => entry.Project != entries[0].Project))
            entries = [.. entries.OrderBy(entry => entry.Project)];
        for (var start = 0; start < entries.Count;)
        {
            var end = start + 1;
            while (end < entries.Count && entries[end].Project == entries[start].Project)
                end++;
            if (Sink.HeadOf(entries[start].Project) is { } head)
                await PublishAsync(entries[start].Project, head, entries, start, end, connection);
            start = end;
        }
    }

    /// <summary>Advances a project's tail to an entry that another node has written.</summary>
    internal async ValueTask CatchUpAsync(int project, long upTo, NpgsqlConnection connection)
    {
        while (Sink.HeadOf(project) is { } head && head < upTo)
        {
            await using var command = new NpgsqlCommand(
                $"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.place > $1 AND l.place <= $2 ORDER BY l.place LIMIT {PartSize}", connection);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LogKey.Of(project, head) });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LogKey.Of(project, upTo) });
            var part = await PostgresLogRows.ListAsync(command, CancellationToken.None);
            if (part.Count == 0)
                return;
            Sink.Publish(project, CollectionsMarshal.AsSpan(part));
            part.ForEach(Handover.Hear);
        }
    }

    private async ValueTask PublishAsync(int project, long head, List<LogEntry> entries, int start, int end, NpgsqlConnection connection)
    {
        if (entries[start].Seq > head + 1)
            await HearAsync(project, entries[start].Seq - 1, connection);
        Sink.Publish(project, CollectionsMarshal.AsSpan(entries)[start..end]);
    }
}
