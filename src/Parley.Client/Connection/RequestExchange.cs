using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A request in progress: a send that is confirmed first and answered by a reply later.</summary>
internal sealed class PendingRequest(SendRequest request, long key, TimeSpan timeout) : PendingSend(request, key)
{
    private readonly TaskCompletionSource<RequestResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeSpan Timeout { get; } = timeout;

    public Task<RequestResult> Result => _result.Task;

    /// <summary>Whether the server has confirmed that the request is stored.</summary>
    public bool Stored => Task.IsCompletedSuccessfully;

    public void End(RequestResult result)
    {
        _result.TrySetResult(result);
        TrySetCanceled();
    }

    public override void Fail(ParleyException reason)
    {
        if (_result.TrySetException(reason))
            _ = _result.Task.Exception;
        base.Fail(reason);
    }
}

/// <summary>The frame of one request. Its id is answered twice: when the request is stored, and with the reply.</summary>
internal sealed class RequestExchange(Outbox outbox, IdempotencyKeys keys, PendingRequest request) : Exchange
{
    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, FrameEvents.RequestSend);
        writer.WriteStartObject();
        writer.WriteNumber("timeout_seconds"u8, request.Timeout.TotalSeconds);
        SendJson.WriteFields(writer, request.Request, keys, request.Key);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        var (answer, problem) = AnswerJson.ReadSend(ref data, pool);
        outbox.Settled(1);
        request.Complete(answer, problem);
        return answer is null;
    }

    /// <summary>Reads the reply: <c>{status, reply}</c>.</summary>
    public void Answer(ref Utf8JsonReader data, StringPool pool)
    {
        Outcome? status = null;
        Message? reply = null;
        MessageJson.Expect(ref data, JsonTokenType.StartObject);
        while (data.Read() && data.TokenType == JsonTokenType.PropertyName)
        {
            var (isStatus, isReply) = (data.ValueTextEquals("status"u8), data.ValueTextEquals("reply"u8));
            data.Read();
            if (isStatus)
                status = EnumWords<Outcome>.Read(ref data);
            else if (isReply)
                reply = MessageJson.Read(ref data, pool);
            else
                data.Skip();
        }

        request.End(Requests.Result(new RequestAnswer
        {
            Status = status ?? Outcome.Success,
            Reply = reply ?? throw new JsonException("An answer to a request without its reply."),
        }));
    }

    public override void Error(Problem problem)
    {
        if (!request.Task.IsCompleted)
            outbox.Settled(1);
        if (problem.Code == ErrorCodes.RequestTimeout)
            request.End(new RequestResult.Timeout());
        else
            request.Fail(new ParleyException(problem));
    }

    public override void Broken(Outbox outbox, ParleyException lost)
    {
        if (!request.Task.IsCompleted)
            outbox.Settled(1);
        request.End(new RequestResult.ConnectionLost(request.Stored, lost.Message));
    }

    public override void Fail(ParleyException reason) => request.Fail(reason);
}
