using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Handles the frames that the server sends. All of this runs on the connection's only reader.</summary>
public sealed partial class ParleyAgent : IFrameTaker
{
    private static readonly TimeSpan WelcomePatience = TimeSpan.FromSeconds(15);
    private static readonly FieldNames DeliveryFields = new("message", "delivery_id", "attempt", "lease_id", "lease_until");

    // The connection being read: the current one, or the next one until its welcome.
    private Session? _reading;

    void IFrameTaker.Welcome(ref Utf8JsonReader data) =>
        _reading!.Welcome = JsonSerializer.Deserialize(ref data, WireJson.Lenient.Welcome) ?? throw new JsonException("An empty welcome.");

    void IFrameTaker.Ok(long id, ref Utf8JsonReader data)
    {
        if (_outbox.Answered(id) is not { } exchange)
        {
            SkipData(ref data);
            return;
        }

        try
        {
            if (!exchange.Ok(ref data, _pool))
                _outbox.NotYetDone(exchange);
        }
        catch (JsonException foreign)
        {
            // It is no longer in the list of unanswered exchanges, so without this its caller would wait forever.
            exchange.Fail(new ParleyException(
                new Problem { Code = ErrorCodes.InternalError, Detail = "The server's answer cannot be read: the server may be a different version." }, foreign));
            throw;
        }
    }

    void IFrameTaker.Answer(long id, ref Utf8JsonReader data)
    {
        if (_outbox.Answered(id) is RequestExchange request)
            request.Answer(ref data, _pool);
        else
            SkipData(ref data);
    }

    void IFrameTaker.Error(long? id, Problem problem)
    {
        if (problem.Code == ErrorCodes.Stopping)
        {
            // The server is shutting down and took nothing. The connection ends now, instead of refusing every caller, and what is unanswered goes to
            // the server that comes up next.
            throw new ParleyException(problem);
        }

        if (id is not { } answered)
            _reading!.Complaint = problem;
        else
            _outbox.Answered(answered)?.Error(problem);
    }

    void IFrameTaker.Received(ref Utf8JsonReader data)
    {
        Message? message = null;
        string? deliveryId = null, leaseId = null;
        var attempt = 1;
        DateTimeOffset? leaseUntil = null;

        MessageJson.Expect(ref data, JsonTokenType.StartObject);
        var next = 0;
        while (data.Read() && data.TokenType == JsonTokenType.PropertyName)
        {
            var field = DeliveryFields.Find(ref data, ref next);
            data.Read();
            switch (field)
            {
                case 0: message = MessageJson.Read(ref data, _pool); break;
                case 1: deliveryId = data.GetString(); break;
                case 2: attempt = data.GetInt32(); break;
                case 3: leaseId = data.GetString(); break;
                case 4: leaseUntil = MessageJson.Time(ref data); break;
                default: data.Skip(); break;
            }
        }

        if (message is null)
            throw new JsonException("A delivery without its message.");
        if (!_outbox.IsDealtWith(message.MessageId))
            Dispatch(new ReceivedMessage(this, _reading!.Number, message, deliveryId ?? "", attempt, leaseId, leaseUntil));
    }

    void IFrameTaker.Change(ref Utf8JsonReader data)
    {
        if (ChangeJson.Read(ref data, _pool) is var (subscription, entry))
            Subscription(subscription)?.Take(entry);
    }

    void IFrameTaker.Snapshot(ref Utf8JsonReader data)
    {
        var part = JsonSerializer.Deserialize(ref data, WireJson.Lenient.FeedSnapshot) ?? throw new JsonException("An empty snapshot.");
        Subscription(part.Subscription)?.Take(part);
    }

    private static void SkipData(ref Utf8JsonReader data)
    {
        if (data.TokenType != JsonTokenType.None)
            data.Skip();
    }
}
