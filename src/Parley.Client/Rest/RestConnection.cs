using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>HTTP to one server: adds the token and the project, turns errors into <see cref="ParleyException"/>, and retries where that is
/// safe.</summary>
internal sealed class RestConnection : IDisposable
{
    private const string BasePath = "api/v1/";
    private const int Tries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly string? _project;

    public RestConnection(Uri url, string? token, string? project, TimeProvider time, HttpMessageHandler handler)
    {
        Url = url;
        Time = time;
        _project = project;
        _http = new HttpClient(handler)
        {
            BaseAddress = url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Url { get; }
    public TimeProvider Time { get; }

    public Task<T> GetAsync<T>(RestPath address, JsonTypeInfo<T> answer, CancellationToken cancellationToken, TimeSpan patience = default) =>
        CallAsync(HttpMethod.Get, address, body: null, answer, repeatable: true, patience, cancellationToken);

    /// <summary>A POST or PUT with a result.</summary>
    public Task<T> SendAsync<TBody, T>(
        HttpMethod method, RestPath address, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> answer,
        CancellationToken cancellationToken, bool repeatable = false, TimeSpan patience = default) =>
        CallAsync(method, address, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), answer, repeatable, patience, cancellationToken);

    /// <summary>A POST or PUT of a text that is not JSON, with a result.</summary>
    public async Task<T> SendTextAsync<T>(
        HttpMethod method, RestPath address, byte[] body, string contentType, JsonTypeInfo<T> answer, CancellationToken cancellationToken, bool repeatable = false)
    {
        using var response = await TryAsync(method, address, body, repeatable, default, cancellationToken, contentType: contentType);
        return await ReadAsync(response, answer, cancellationToken);
    }

    /// <summary>A POST that creates something. It has an idempotency key, so a retry creates nothing twice.</summary>
    public async Task<T> CreateAsync<TBody, T>(
        RestPath address, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var response = await TryAsync(
            HttpMethod.Post, address, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), repeatable: true, default, cancellationToken, IdempotencyKeys.Random());
        return await ReadAsync(response, answer, cancellationToken);
    }

    /// <summary>A call without a body, with a result.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, RestPath address, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        CallAsync(method, address, body: null, answer, repeatable: method != HttpMethod.Post, default, cancellationToken);

    /// <summary>A call with a body and without a result.</summary>
    public async Task SendAsync<TBody>(
        HttpMethod method, RestPath address, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken cancellationToken, bool repeatable = false)
    {
        using var response = await TryAsync(
            method, address, JsonSerializer.SerializeToUtf8Bytes(body, bodyType), repeatable, default, cancellationToken);
    }

    /// <summary>A call with neither a body nor a result.</summary>
    public async Task SendAsync(HttpMethod method, RestPath address, CancellationToken cancellationToken, bool repeatable = true)
    {
        using var response = await TryAsync(method, address, body: null, repeatable, default, cancellationToken);
    }

    /// <summary>Opens a stream. The caller reads and disposes the response; an error status is thrown.</summary>
    public async Task<HttpResponseMessage> OpenStreamAsync(RestPath address, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, BasePath + AddProject(address));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);

        using var patience = new CancellationTokenSource(Patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var response = await SendOnceAsync(request, either.Token, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ParleyException(await ReadProblemAsync(response, cancellationToken));
    }

    /// <summary>A call outside the base path: <c>/health</c>.</summary>
    public async Task<T> GetOutsideAsync<T>(string path, JsonTypeInfo<T> answer, bool evenWhenUnavailable, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var patience = new CancellationTokenSource(Patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var response = await SendOnceAsync(request, either.Token, cancellationToken);
        if (!response.IsSuccessStatusCode && !(evenWhenUnavailable && response.StatusCode == HttpStatusCode.ServiceUnavailable))
            throw new ParleyException(await ReadProblemAsync(response, cancellationToken));
        return await ReadAsync(response, answer, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> CallAsync<T>(
        HttpMethod method, RestPath address, byte[]? body, JsonTypeInfo<T> answer, bool repeatable, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var response = await TryAsync(method, address, body, repeatable, patience, cancellationToken);
        return await ReadAsync(response, answer, cancellationToken);
    }

    private async Task<HttpResponseMessage> TryAsync(
        HttpMethod method, RestPath address, byte[]? body, bool repeatable, TimeSpan patience, CancellationToken cancellationToken, string? key = null,
        string contentType = "application/json")
    {
        var path = BasePath + AddProject(address);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), LongestRetryAfter);
        for (var attempt = 1; ; attempt++)
        {
            var last = !repeatable || attempt == Tries;
            TimeSpan? retryAfter = null;
            try
            {
                using var request = new HttpRequestMessage(method, path);
                if (body is not null)
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
                if (key is not null)
                    request.Headers.Add("Idempotency-Key", key);
                using var patient = new CancellationTokenSource(patience > Patience ? patience : Patience, Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patient.Token);
                var response = await SendOnceAsync(request, either.Token, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                {
                    retryAfter = response.Headers.RetryAfter?.Delta;
                    if (last || response.StatusCode != HttpStatusCode.ServiceUnavailable || retryAfter > LongestRetryAfter)
                        throw new ParleyException(await ReadProblemAsync(response, cancellationToken));
                }
            }
            catch (ParleyUnreachableException) when (!last)
            {
                // The server may be restarting, and repeatable calls can be retried without harm.
            }

            await Task.Delay(retryAfter ?? backoff.Next(), Time, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken patient, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patient);
        }
        catch (HttpRequestException broken)
        {
            throw new ParleyUnreachableException(Url.ToString(), $"{broken.Message.TrimEnd('.')}.", broken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ParleyUnreachableException(Url.ToString(), "it did not answer in time.", late);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(content, answer, cancellationToken)
                ?? throw new JsonException("The answer is null.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ParleyUnreachableException(Url.ToString(), "the connection broke in the middle of the answer.", broken);
        }
        catch (JsonException foreign)
        {
            throw new ParleyUnreachableException(Url.ToString(), "what answers there is not a Parley server.", foreign);
        }
    }

    private static async Task<Problem> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        Problem? problem = null;
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            problem = body.Length > 0 ? JsonSerializer.Deserialize(body, WireJson.Lenient.Problem) : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or HttpRequestException or IOException)
        {
            // A proxy's page, or no body. Only the status is known, and it is reported below.
        }

        problem ??= new Problem
        {
            Code = ProblemCodes.For(status),
            Status = status,
            Detail = $"The server answered {status} {response.ReasonPhrase} without saying why.",
            Retryable = status is 429 or 502 or 503 or 504,
        };
        return problem with
        {
            Status = problem.Status == 0 ? status : problem.Status,
            RetryAfter = problem.RetryAfter ?? response.Headers.RetryAfter?.Delta?.TotalSeconds,
        };
    }

    private string AddProject(RestPath address) => address.With("project_id", _project).ToString();
}

/// <summary>The error code for an HTTP status, if the body has no better one.</summary>
internal static class ProblemCodes
{
    public static string For(int status) => status switch
    {
        401 => ErrorCodes.Unauthorized,
        403 => ErrorCodes.Forbidden,
        404 => ErrorCodes.NotFound,
        405 => ErrorCodes.MethodNotAllowed,
        409 => ErrorCodes.Conflict,
        412 => ErrorCodes.VersionMismatch,
        413 => ErrorCodes.TooLarge,
        415 => ErrorCodes.UnsupportedMediaType,
        429 => ErrorCodes.RateLimited,
        503 => ErrorCodes.StorageUnavailable,
        504 => ErrorCodes.RequestTimeout,
        >= 500 => ErrorCodes.InternalError,
        _ => ErrorCodes.InvalidRequest,
    };
}
