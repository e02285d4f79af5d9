using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>Writes log entries as server-sent events.</summary>
internal sealed class EventStream(PipeWriter writer, ProjectState project, EntityKinds kinds, EventCatalog events, StreamShape shape)
{
    /// <summary>About how many milliseconds a reader waits before it reconnects; randomized, so that not all readers reconnect to a restarted server
    /// at once.</summary>
    private const int RetryMilliseconds = 2_000;

    /// <summary>True once the completion is written.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>Bytes that wait in memory for the next flush.</summary>
    internal long Unflushed => writer.UnflushedBytes;

    internal void Begin(long cursor)
    {
        var jittered = (RetryMilliseconds / 2) + Random.Shared.Next(RetryMilliseconds);
        Text(string.Create(CultureInfo.InvariantCulture, $"retry: {jittered}\n"));
        Place(cursor);
    }

    /// <summary>Sends the reader its place.</summary>
    internal void Place(long cursor) => Event("place"u8, cursor, "{}"u8);

    /// <summary>The requested entries have been removed.</summary>
    internal void Gap(LogPosition asked, long resumed) => Event(
        "gap"u8, resumed - 1,
        Encoding.UTF8.GetBytes($"{{\"from\":\"{asked}\",\"to\":\"{project.Log.Place(resumed)}\",\"recovered\":false}}"));

    /// <summary>The stream itself failed.</summary>
    internal void Error(string code, string message) => Text(
        $"event: error\ndata: {{\"error\":\"{code}\",\"message\":{JsonSerializer.Serialize(message, WireJson.Strict.String)}}}\n\n");

    internal void Write(LogEntry entry)
    {
        if (shape.OnlyEvents)
        {
            Event("event"u8, entry.Seq, events.Show(entry, project.Id));
            return;
        }

        switch (entry.Kind)
        {
            case EntryKind.Message or EntryKind.Release or EntryKind.Deletion:
                Event("message"u8, entry.Seq, entry.Json);
                break;
            case EntryKind.Agent when shape.Things:
                Event("agent"u8, entry.Seq, entry.Json);
                break;
            case EntryKind.Event when shape.Things:
                Event("event"u8, entry.Seq, entry.Json);
                break;
            default:
                if (kinds.Of(entry) is { } kind)
                    Write(entry, kind.Show(entry));
                break;
        }
    }

    private void Write(LogEntry entry, StreamEvent shown)
    {
        Event(shown.Name, entry.Seq, shown.Data);
        HasEnded |= shown.Ends && shape.EndsAtCompletion;
    }

    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if ((await writer.FlushAsync(cancellationToken)).IsCompleted)
            throw new OperationCanceledException();
    }

    private void Event(ReadOnlySpan<byte> name, long seq, ReadOnlySpan<byte> data)
    {
        writer.Write("event: "u8);
        writer.Write(name);
        writer.Write("\nid: "u8);
        Number(project.Log.Epoch);
        writer.Write("-"u8);
        Number(seq);
        writer.Write("\ndata: "u8);
        writer.Write(data);
        writer.Write("\n\n"u8);
    }

    private void Number(long value)
    {
        _ = Utf8Formatter.TryFormat(value, writer.GetSpan(20), out var written);
        writer.Advance(written);
    }

    private void Text(string text) => writer.Write(Encoding.UTF8.GetBytes(text));
}
