using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A request to the server that is neither a send nor an acknowledgment.</summary>
internal abstract class Operation : Exchange
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the server has answered.</summary>
    public Task Done => _done.Task;

    /// <summary>Whether it may be sent again on the next connection. Anything that belongs to one connection (such as a lease) may not.</summary>
    public bool Repeatable { get; init; } = true;

    /// <summary>The approximate size of its frame in bytes, which limits how much shares one WebSocket message.</summary>
    public int Estimate { get; init; } = 256;

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        if (data.TokenType != JsonTokenType.None)
            data.Skip();
        _done.TrySetResult();
        return true;
    }

    public override void Error(Problem problem) => Fail(new ParleyException(problem));

    public override void Broken(Outbox outbox, ParleyException lost)
    {
        if (Repeatable)
            outbox.PutBack(this);
        else
            Fail(lost);
    }

    public override void Fail(ParleyException reason)
    {
        if (_done.TrySetException(reason))
            _ = _done.Task.Exception;
    }
}

/// <summary>An operation whose data is a single wire type.</summary>
internal class Operation<T>(string name, T data, JsonTypeInfo<T> type) : Operation
{
    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, name);
        JsonSerializer.Serialize(writer, data, type);
        writer.WriteEndObject();
    }
}

/// <summary>An operation whose answer is a wire type.</summary>
internal sealed class Inquiry<T, TAnswer>(string name, T data, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answerType) : Operation<T>(name, data, type)
    where TAnswer : class
{
    private TAnswer? _answer;

    /// <summary>The answer, available once the operation is done.</summary>
    /// <exception cref="InvalidOperationException">The operation is not done.</exception>
    public TAnswer Answer => _answer ?? throw new InvalidOperationException("It has not been answered.");

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        _answer = JsonSerializer.Deserialize(ref data, answerType) ?? throw new JsonException("An empty answer.");
        return base.Ok(ref data, pool);
    }
}

/// <summary>Settles one delivery in another way than by acknowledging it: <c>message:nack</c>, <c>message:extend</c>,
/// <c>message:surfaced</c>.</summary>
internal sealed class SettleOperation(string name, ReceivedMessage message, TimeSpan? delay = null, string? reason = null, TimeSpan? lease = null) : Operation
{
    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, name);
        writer.WriteStartObject();
        writer.WriteString("message_id"u8, message.Message.MessageId);
        if (!Repeatable && message.LeaseId is { } leaseId)
            writer.WriteString("lease_id"u8, leaseId);
        if (delay is { } wait)
            writer.WriteNumber("delay_seconds"u8, wait.TotalSeconds);
        if (reason is not null)
            writer.WriteString("reason"u8, reason);
        if (lease is { } time)
            writer.WriteNumber("lease_seconds"u8, (int)Math.Ceiling(time.TotalSeconds));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
