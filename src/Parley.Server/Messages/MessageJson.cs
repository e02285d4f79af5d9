using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>A message's JSON, made once and from then on only copied: to the store, to every mailbox, to every feed.</summary>
/// <remarks>Three parts: the head (message_id, seq, thread) and the tail (times) are known only at the commit; the body between them is
/// made on the sender's own thread, so that the one writing thread has little left to do.</remarks>
internal static class MessageJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>The body: from <c>project_id</c> to <c>metadata</c>, with a comma before and none behind.</summary>
    internal static byte[] Body(SendDraft draft, string projectId, Sender sender, Recipients recipients, int hops, Guid? replyTo)
    {
        var to = _scratch ??= new ArrayBufferWriter<byte>(1024);
        to.ResetWrittenCount();
        Copy(to, ",\"project_id\":"u8);
        Text(to, projectId);
        Copy(to, ","u8);
        Copy(to, sender.Words);
        Copy(to, ","u8);
        Copy(to, recipients.Agents is [var only] && recipients.Audience != Log.Audience.Everyone ? only.Words.AsRecipient : AgentJson.NoRecipient);
        Copy(to, ",\"to\":"u8);
        Addresses(to, draft);
        Copy(to, ",\"message_type\":\""u8);
        Ascii(to, draft.Type);
        Copy(to, "\",\"content\":"u8);
        Json(to, draft.Content);
        Copy(to, ",\"payload\":"u8);
        Json(to, draft.Payload);
        Copy(to, ",\"priority\":"u8);
        Number(to, (int)draft.Priority);
        Copy(to, ",\"intent\":\""u8);
        Copy(to, EnumUtf8<Intent>.Of(draft.Intent));
        Copy(to, "\",\"surface\":\""u8);
        Copy(to, EnumUtf8<Surface>.Of(draft.Surface));
        Copy(to, "\",\"authority\":\""u8);
        Copy(to, EnumUtf8<Authority>.Of(sender.Authority));
        Copy(to, "\",\"hops\":"u8);
        Number(to, hops);
        Rare(to, draft, replyTo);
        Copy(to, ",\"metadata\":"u8);
        Json(to, draft.Metadata);
        if (draft.Narrowed is { } narrowed)
        {
            Copy(to, ",\"narrowed\":"u8);
            Copy(to, JsonSerializer.SerializeToUtf8Bytes(narrowed, WireJson.Strict.Narrowing));
        }

        return to.WrittenSpan.ToArray();
    }

    /// <summary>The whole message.</summary>
    /// <param name="stamp">Unix milliseconds.</param>
    internal static byte[] Whole(byte[] body, Guid id, long seq, Guid thread, long stamp, long? expires)
    {
        // 2 ids, 3 names and a number in the head; 2 times and 2 names in the tail: 222 bytes at the most.
        Span<byte> head = stackalloc byte[160];
        var h = 0;
        Put(head, ref h, "{\"message_id\":\""u8);
        Put(head, ref h, id);
        Put(head, ref h, "\",\"seq\":"u8);
        Put(head, ref h, seq);
        Put(head, ref h, ",\"conversation_thread_id\":\""u8);
        Put(head, ref h, thread);
        Put(head, ref h, "\""u8);

        Span<byte> tail = stackalloc byte[96];
        var t = 0;
        Put(tail, ref t, ",\"timestamp\":"u8);
        Rfc3339.Write(stamp, tail, ref t);
        Put(tail, ref t, ",\"expires_at\":"u8);
        if (expires is { } end)
            Rfc3339.Write(end, tail, ref t);
        else
            Put(tail, ref t, "null"u8);
        Put(tail, ref t, "}"u8);

        var whole = GC.AllocateUninitializedArray<byte>(h + body.Length + t);
        head[..h].CopyTo(whole);
        body.CopyTo(whole.AsSpan(h));
        tail[..t].CopyTo(whole.AsSpan(h + body.Length));
        return whole;
    }

    private static void Rare(ArrayBufferWriter<byte> to, SendDraft draft, Guid? replyTo)
    {
        if ((replyTo ?? draft.Supersedes ?? draft.Execution) is null && draft.Outcome is null && draft.TaskId is null)
        {
            Copy(to, ",\"reply_to\":null,\"outcome\":null,\"supersedes\":null,\"task_id\":null,\"execution_id\":null"u8);
            return;
        }

        Copy(to, ",\"reply_to\":"u8);
        Id(to, replyTo);
        Copy(to, ",\"outcome\":"u8);
        if (draft.Outcome is { } outcome)
        {
            Copy(to, "\""u8);
            Copy(to, EnumUtf8<Outcome>.Of(outcome));
            Copy(to, "\""u8);
        }
        else
        {
            Copy(to, "null"u8);
        }

        Copy(to, ",\"supersedes\":"u8);
        Id(to, draft.Supersedes);
        Copy(to, ",\"task_id\":"u8);
        Text(to, draft.TaskId);
        Copy(to, ",\"execution_id\":"u8);
        Id(to, draft.Execution);
    }

    private static void Addresses(ArrayBufferWriter<byte> to, SendDraft draft)
    {
        if (!draft.ToIsArray)
        {
            Text(to, draft.To[0]);
            return;
        }

        Copy(to, "["u8);
        for (var i = 0; i < draft.To.Count; i++)
        {
            if (i > 0)
                Copy(to, ","u8);
            Text(to, draft.To[i]);
        }

        Copy(to, "]"u8);
    }

    /// <summary>JSON as the sender wrote it, on one line: a line break would end an SSE field.</summary>
    private static void Json(ArrayBufferWriter<byte> to, ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            Copy(to, "null"u8);
            return;
        }

        if (json.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            Copy(to, json.Span);
            return;
        }

        using var document = JsonDocument.Parse(json);
        using var writer = new Utf8JsonWriter(to, Writing);
        document.RootElement.WriteTo(writer);
    }

    private static void Text(ArrayBufferWriter<byte> to, string? value)
    {
        if (value is null)
            Copy(to, "null"u8);
        else if (Ascii7.IsPlain(value))
            Quoted(to, value);
        else
            Copy(to, JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Strict.String));
    }

    private static void Quoted(ArrayBufferWriter<byte> to, string value)
    {
        Copy(to, "\""u8);
        Ascii(to, value);
        Copy(to, "\""u8);
    }

    private static void Ascii(ArrayBufferWriter<byte> to, string value) =>
        to.Advance(Encoding.ASCII.GetBytes(value, to.GetSpan(value.Length)));

    private static void Number(ArrayBufferWriter<byte> to, long value)
    {
        _ = Utf8Formatter.TryFormat(value, to.GetSpan(20), out var written);
        to.Advance(written);
    }

    private static void Id(ArrayBufferWriter<byte> to, Guid? id)
    {
        if (id is not { } value)
        {
            Copy(to, "null"u8);
            return;
        }

        var span = to.GetSpan(38);
        span[0] = span[37] = (byte)'"';
        _ = Utf8Formatter.TryFormat(value, span[1..], out _);
        to.Advance(38);
    }

    private static void Copy(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to.GetSpan(bytes.Length));
        to.Advance(bytes.Length);
    }

    private static void Put(Span<byte> to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static void Put(Span<byte> to, ref int at, Guid id)
    {
        _ = Utf8Formatter.TryFormat(id, to[at..], out var written);
        at += written;
    }

    private static void Put(Span<byte> to, ref int at, long value)
    {
        _ = value.TryFormat(to[at..], out var written, default, CultureInfo.InvariantCulture);
        at += written;
    }
}
