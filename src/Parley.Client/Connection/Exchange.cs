using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A frame that was sent and is waiting for its answer.</summary>
internal abstract class Exchange
{
    /// <summary>The frame's id, assigned when it is sent.</summary>
    public long Id { get; set; }

    /// <summary>Writes the complete frame.</summary>
    public abstract void Write(Utf8JsonWriter writer);

    /// <summary>Reads the answer's data, which the reader is positioned on. If there is no data, the reader is on no token.</summary>
    /// <returns>Whether the exchange is finished; a request still waits for its reply.</returns>
    public abstract bool Ok(ref Utf8JsonReader data, StringPool pool);

    public abstract void Error(Problem problem);

    /// <summary>The connection broke before the answer: puts back what may be sent again, and fails the rest.</summary>
    /// <param name="lost">The error for what may not be sent again.</param>
    public abstract void Broken(Outbox outbox, ParleyException lost);

    /// <summary>The connection ended permanently.</summary>
    public abstract void Fail(ParleyException reason);

    protected void WriteStart(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("event"u8, name);
        Span<byte> id = stackalloc byte[20];
        _ = Id.TryFormat(id, out var length);
        writer.WriteString("id"u8, id[..length]);
        writer.WritePropertyName("data"u8);
    }
}

/// <summary>A send, from the call to its confirmation, over as many connections as it takes.</summary>
internal class PendingSend(SendRequest request, long key) : TaskCompletionSource<SendAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public SendRequest Request { get; } = request;

    /// <summary>The number of its idempotency key. The same each time it is sent.</summary>
    public long Key { get; } = key;

    /// <summary>The message that it replies to; null for a plain send.</summary>
    public string? Replies { get; init; }

    public void Write(Utf8JsonWriter writer, IdempotencyKeys keys)
    {
        writer.WriteStartObject();
        if (Replies is not null)
            writer.WriteString("message_id"u8, Replies);
        SendJson.WriteFields(writer, Request, keys, Key);
        writer.WriteEndObject();
    }

    public void Complete(SendAnswer? answer, Problem? problem)
    {
        if (answer is not null)
            TrySetResult(answer);
        else
            Fail(new ParleyException(problem!));
    }

    public virtual void Fail(ParleyException reason)
    {
        // Nobody may be awaiting the task, and an unobserved exception must not crash the finalizer thread. Those who await it still get the
        // exception.
        if (TrySetException(reason))
            _ = Task.Exception;
    }
}

/// <summary>A frame of sends or replies, with one answer for all of them.</summary>
internal sealed class SendExchange(Outbox outbox, IdempotencyKeys keys, PendingSend[] sends) : Exchange
{
    public ReadOnlySpan<PendingSend> Sends => sends;

    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, sends[0].Replies is null ? FrameEvents.MessageSend : FrameEvents.MessageReply);
        if (sends.Length == 1)
        {
            sends[0].Write(writer, keys);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var send in sends)
                send.Write(writer, keys);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        // Counted down first, so that a caller that sends again after a confirmation finds room.
        outbox.Settled(sends.Length);
        if (sends.Length == 1)
        {
            var (answer, problem) = AnswerJson.ReadSend(ref data, pool);
            sends[0].Complete(answer, problem);
            return true;
        }

        AnswerJson.EnterItems(ref data);
        var count = 0;
        while (data.Read() && data.TokenType == JsonTokenType.StartObject && count < sends.Length)
        {
            var (answer, problem) = AnswerJson.ReadSend(ref data, pool);
            sends[count++].Complete(answer, problem);
        }

        AnswerJson.LeaveItems(ref data);
        return count == sends.Length ? true : throw new JsonException($"{sends.Length} sends were answered with {count} results.");
    }

    public override void Error(Problem problem)
    {
        outbox.Settled(sends.Length);
        foreach (var send in sends)
            send.Fail(new ParleyException(problem));
    }

    public override void Broken(Outbox outbox, ParleyException lost) => outbox.PutBack(sends);

    public override void Fail(ParleyException reason)
    {
        foreach (var send in sends)
            send.Fail(reason);
    }
}

/// <summary>A frame of acknowledgments.</summary>
internal sealed class AckExchange(Outbox outbox, ReceivedMessage[] messages, int session) : Exchange
{
    public ReadOnlySpan<ReceivedMessage> Messages => messages;

    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, FrameEvents.MessageAck);
        if (messages.Length == 1)
        {
            Write(writer, messages[0]);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var message in messages)
                Write(writer, message);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        if (messages.Length == 1)
        {
            // The answer to a single acknowledgment has no data. Without data, there is nothing to skip, and the reader would throw.
            if (data.TokenType != JsonTokenType.None)
                data.Skip();
            outbox.Acknowledged(messages[0], problem: null);
            return true;
        }

        AnswerJson.EnterItems(ref data);
        var count = 0;
        while (data.Read() && data.TokenType == JsonTokenType.StartObject && count < messages.Length)
            outbox.Acknowledged(messages[count++], AnswerJson.ReadResult(ref data));
        AnswerJson.LeaveItems(ref data);
        return count == messages.Length ? true : throw new JsonException($"{messages.Length} acknowledgements were answered with {count} results.");
    }

    public override void Error(Problem problem)
    {
        foreach (var message in messages)
            outbox.Acknowledged(message, problem);
    }

    public override void Broken(Outbox outbox, ParleyException lost) => outbox.PutBack(messages);

    public override void Fail(ParleyException reason) => Error(reason.Problem);

    private void Write(Utf8JsonWriter writer, ReceivedMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("message_id"u8, message.Message.MessageId);

        // The leases of a broken connection are gone. Without a lease, the server settles the agent's delivery no matter who holds it now, which is
        // right, because the message has been handled.
        if (message.Session == session && message.LeaseId is { } lease)
            writer.WriteString("lease_id"u8, lease);
        if (!message.IsAwaited)
            writer.WriteBoolean("defer"u8, true);
        writer.WriteEndObject();
    }
}
