using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>A message's JSON, created once and then only copied: to the store, to every mailbox, to every feed.</summary>
/// <remarks>It has three parts. The head (message_id, seq, thread) and the tail (times) are known only at the commit. The body between them is
/// created on the sender's own thread, so that the single writing thread has little left to do.</remarks>
internal static class MessageJson
{
    // Filled and emptied within one call, and never returned: a thread that writes one message will write more.
    [ThreadStatic]
    private static FrameBuffer? _scratch;

    /// <summary>The body: from <c>project_id</c> to <c>metadata</c>, with a comma in front and none at the end.</summary>
    internal static byte[] Body(SendDraft draft, string projectId, Sender sender, Recipients recipients, int hops, Guid? replyTo)
    {
        var to = Scratch();
        to.Raw(",\"project_id\":"u8);
        to.Text(projectId);
        to.Raw(","u8);
        to.Raw(sender.Words);
        to.Raw(","u8);
        to.Raw(recipients.Agents is [var only] && recipients.Audience != Log.Audience.Everyone ? only.Words.AsRecipient : AgentJson.NoRecipient);
        to.Raw(",\"to\":"u8);
        Addresses(to, draft);
        to.Raw(",\"message_type\":\""u8);
        to.Ascii(draft.Type);
        to.Raw("\",\"content\":"u8);
        Json(to, draft.Content);
        to.Raw(",\"payload\":"u8);
        Json(to, draft.Payload);
        to.Raw(",\"priority\":"u8);
        to.Number((int)draft.Priority);
        to.Raw(",\"intent\":\""u8);
        to.Raw(EnumUtf8<Intent>.Of(draft.Intent));
        to.Raw("\",\"surface\":\""u8);
        to.Raw(EnumUtf8<Surface>.Of(draft.Surface));
        to.Raw("\",\"authority\":\""u8);
        to.Raw(EnumUtf8<Authority>.Of(sender.Authority));
        to.Raw("\",\"hops\":"u8);
        to.Number(hops);
        Rare(to, draft, replyTo);
        to.Raw(",\"metadata\":"u8);
        Json(to, draft.Metadata);
        if (draft.Narrowed is { } narrowed)
        {
            to.Raw(",\"narrowed\":"u8);
            to.Raw(JsonSerializer.SerializeToUtf8Bytes(narrowed, WireJson.Strict.Narrowing));
        }

        return to.From(0).ToArray();
    }

    /// <summary>The complete message.</summary>
    /// <param name="stamp">Unix milliseconds.</param>
    internal static byte[] Whole(byte[] body, Guid id, long seq, Guid thread, long stamp, long? expires)
    {
        // Two ids, five names, a number, and two times around the body.
        const int most = 256;
        var to = Scratch();
        to.Reserve(body.Length + most);
        to.Raw("{\"message_id\":"u8);
        to.Id(id);
        to.Raw(",\"seq\":"u8);
        to.Number(seq);
        to.Raw(",\"conversation_thread_id\":"u8);
        to.Id(thread);
        to.Raw(body);
        to.Raw(",\"timestamp\":"u8);
        to.Stamp(stamp);
        to.Raw(",\"expires_at\":"u8);
        // While it is held, it does not expire.
        if (expires is { } end && !StormEnd.Is(end))
            to.Stamp(end);
        else
            to.Raw("null"u8);
        to.Raw("}"u8);
        return to.From(0).ToArray();
    }

    /// <summary>A body with its <c>hops</c> set to 0, because a person let it pass.</summary>
    internal static byte[] FirstHop(byte[] body)
    {
        // A body begins with a comma where an object has its brace. Nothing else is missing but the end.
        byte[] whole = [(byte)'{', .. body.AsSpan(1), (byte)'}'];
        var reader = new Utf8JsonReader(whole, JsonDepth.Stored);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isHops = reader.ValueTextEquals("hops"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isHops)
                return [.. body.AsSpan(0, start), (byte)'0', .. body.AsSpan((int)reader.BytesConsumed)];
            reader.Skip();
        }

        throw new FormatException("The message has no hops.");
    }

    private static FrameBuffer Scratch()
    {
        var scratch = _scratch ??= new FrameBuffer();
        scratch.Clear();
        return scratch;
    }

    private static void Rare(FrameBuffer to, SendDraft draft, Guid? replyTo)
    {
        if ((replyTo ?? draft.Supersedes ?? draft.Execution) is null && draft.Outcome is null && draft.TaskId is null)
        {
            to.Raw(",\"reply_to\":null,\"outcome\":null,\"supersedes\":null,\"task_id\":null,\"execution_id\":null"u8);
            return;
        }

        to.Raw(",\"reply_to\":"u8);
        to.IdOrNull(replyTo);
        to.Raw(",\"outcome\":"u8);
        if (draft.Outcome is { } outcome)
        {
            to.Raw("\""u8);
            to.Raw(EnumUtf8<Outcome>.Of(outcome));
            to.Raw("\""u8);
        }
        else
        {
            to.Raw("null"u8);
        }

        to.Raw(",\"supersedes\":"u8);
        to.IdOrNull(draft.Supersedes);
        to.Raw(",\"task_id\":"u8);
        to.Text(draft.TaskId);
        to.Raw(",\"execution_id\":"u8);
        to.IdOrNull(draft.Execution);
    }

    private static void Addresses(FrameBuffer to, SendDraft draft)
    {
        if (!draft.ToIsArray)
        {
            to.Text(draft.To[0]);
            return;
        }

        to.Raw("["u8);
        for (var i = 0; i < draft.To.Count; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            to.Text(draft.To[i]);
        }

        to.Raw("]"u8);
    }

    private static void Json(FrameBuffer to, ReadOnlyMemory<byte> json) => to.Raw(json.IsEmpty ? "null"u8 : json.Span);
}
