using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Parley.Client;

/// <summary>One stream, over as many connections as it takes.</summary>
internal sealed class EventStream(RestConnection connection, Func<RestPath> address, StreamOptions options, bool endsWithCompletion)
{
    // The server sends 'place' every 15 s, so a stream that is silent for three of them has silently lost its connection.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private readonly Backoff _backoff = Backoff.Reconnect();
    private string? _place;
    private TimeSpan? _retry;
    private bool _opened;

    public async IAsyncEnumerable<StreamEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, connection.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
            using var response = await OpenAsync(cancellationToken);
            if (response is { StatusCode: HttpStatusCode.NoContent })
                yield break;

            if (response is not null)
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                await using var items = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(either.Token).GetAsyncEnumerator(either.Token);
                silence.CancelAfter(Silence);
                while (await NextAsync(items, cancellationToken))
                {
                    silence.CancelAfter(Silence);
                    _backoff.Reset();
                    var item = items.Current;
                    _place = item.EventId ?? _place;
                    _retry = item.ReconnectionInterval ?? _retry;
                    if (item.EventType == StreamEvents.Place && !options.Places)
                        continue;
                    yield return new StreamEvent(item.EventType, item.EventId, item.Data);
                    if (endsWithCompletion && item.EventType == StreamEvents.Completion)
                        yield break;
                }
            }

            options.Interrupted?.Invoke();
            await Task.Delay(Pause(), connection.Time, cancellationToken);
        }
    }

    /// <summary>Null if the server could not be reached, or refuses for now, and the stream had been open before, so that it should try
    /// again.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(CancellationToken cancellationToken)
    {
        var path = address().WithSet("types", options.Types).WithSet("agents", options.Agents);
        if (_place is null)
            path.With("after", options.After);
        try
        {
            var response = await connection.OpenStreamAsync(path, _place, cancellationToken);
            _opened = true;
            return response;
        }
        catch (ParleyException passing) when (_opened && passing.Retryable)
        {
            _retry = passing.RetryAfter ?? _retry;
            return null;
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<byte[]>> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private TimeSpan Pause()
    {
        var pause = _backoff.Next();
        return _retry is { } asked && asked > pause ? asked * (0.5 + Random.Shared.NextDouble()) : pause;
    }
}
