using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Parley.Cli.Mcp;

/// <summary>Why a call did not get through, in words for a model.</summary>
internal sealed class McpUpstreamException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Parley's own MCP endpoint, spoken to without sessions: each request stands for itself, so a server that was away is simply called
/// again.</summary>
internal sealed class McpUpstream(McpIdentity identity) : IDisposable
{
    private const string Revision = "2026-07-28";

    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(identity.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan });
    private long _last;

    /// <summary>The generated serialization of a type of the protocol.</summary>
    internal static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T));

    /// <summary>Sends a request and returns its result.</summary>
    /// <param name="name">The tool or resource that it is about; null if it is about none.</param>
    /// <param name="told">Called with each notification before the result.</param>
    /// <exception cref="McpUpstreamException">It did not get through, or it was refused.</exception>
    internal async Task<JsonNode> RequestAsync(
        string method, JsonObject parameters, string? name, string harness, CancellationToken cancellationToken, Func<JsonObject, Task>? told = null)
    {
        var address = await identity.FindAsync(harness, cancellationToken);
        var isSent = false;
        try
        {
            using var request = Request(address, method, parameters, name);
            using var answer = await _http.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            isSent = true;
            if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
                return await ReadEventsAsync(answer, told, cancellationToken);
            throw Refusal(address, answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            identity.Forget();
            throw new McpUpstreamException(
                isSent || !NeverSent(broken)
                    ? $"The connection to the Parley server at {address.Endpoint.GetLeftPart(UriPartial.Authority)} broke before the answer came. The call may have taken effect: check before you repeat it."
                    : Away(address.Endpoint, broken),
                broken);
        }
    }

    /// <summary>Posts to the REST interface.</summary>
    /// <param name="path">Below the base path.</param>
    /// <param name="body">Makes the body, for whom the server is called as.</param>
    /// <returns>The answer's JSON.</returns>
    /// <exception cref="McpUpstreamException">It did not get through, or it was refused.</exception>
    internal async Task<byte[]> PostAsync<T>(string path, Func<McpAddress, T> body, JsonTypeInfo<T> type, string harness, CancellationToken cancellationToken)
    {
        var address = await identity.FindAsync(harness, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, address.Rest(path)) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body(address), type)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", address.Token);
        try
        {
            using var answer = await _http.Value.SendAsync(request, cancellationToken);
            var json = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return answer.IsSuccessStatusCode ? json : throw Refusal(address, answer.StatusCode, Encoding.UTF8.GetString(json));
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            identity.Forget();
            throw new McpUpstreamException(Away(address.Endpoint, broken), broken);
        }
    }

    /// <summary>Whether a request certainly did not reach the server.</summary>
    private static bool NeverSent(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
    };

    /// <summary>That the server does not answer.</summary>
    internal static string Away(Uri server, Exception why) =>
        $"The Parley server at {server.GetLeftPart(UriPartial.Authority)} does not answer ({why.Message}). Nothing was sent; messages for you are kept there. "
        + "Go on with other work, and try again later. A person can start it with 'parley serve'.";

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private HttpRequestMessage Request(McpAddress address, string method, JsonObject parameters, string? name)
    {
        parameters["_meta"] = new JsonObject
        {
            ["io.modelcontextprotocol/protocolVersion"] = Revision,
            ["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "parley mcp", ["version"] = CommandLine.ProgramVersion.Text },
            ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
        };
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = Interlocked.Increment(ref _last), ["method"] = method, ["params"] = parameters };
        var request = new HttpRequestMessage(HttpMethod.Post, address.Endpoint) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", address.Token);
        request.Headers.Add("MCP-Protocol-Version", Revision);
        request.Headers.Add("Mcp-Method", method);
        if (name is not null)
            request.Headers.Add("Mcp-Name", InHeader(name));
        return request;
    }

    /// <summary>A name as headers may have it: other letters than those of ASCII are encoded, as the protocol says.</summary>
    private static string InHeader(string name) => name.All(letter => letter is > ' ' and <= '~') && !name.StartsWith("=?", StringComparison.Ordinal)
        ? name
        : $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}?=";

    private static async Task<JsonNode> ReadEventsAsync(HttpResponseMessage answer, Func<JsonObject, Task>? told, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.Data.Length == 0 || JsonNode.Parse(item.Data) is not JsonObject message)
                continue;
            if (message["result"] is { } result)
                return result;
            if (message["error"] is { } error)
                throw new McpUpstreamException((string?)error["message"] ?? "The server refused the call.");
            if (told is not null)
                await told(message);
        }

        throw new IOException("The answer has ended early.");
    }

    private McpUpstreamException Refusal(McpAddress address, HttpStatusCode status, string body)
    {
        // The token may have ended, and there may be a newer one.
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            identity.Forget();
        return new McpUpstreamException($"The Parley server at {address.Endpoint.GetLeftPart(UriPartial.Authority)} refused the call: {Detail(body) ?? $"HTTP {(int)status}"}");
    }

    private static string? Detail(string body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject json ? (string?)json["detail"] ?? (string?)json["error"]?["message"] : null;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            // Something in between answered, such as a proxy.
            return null;
        }
    }
}
