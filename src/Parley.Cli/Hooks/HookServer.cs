using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Parley.Cli.Hooks;

/// <summary>The server, as a hook calls it.</summary>
internal sealed class HookServer(HookCaller caller, HookDeadline deadline)
{
    private static readonly string[] Proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

    /// <summary>A socket can do it, if nothing stands between it and the server, and nothing has to be encrypted.</summary>
    private bool IsPlain => caller.Location.Url is { Scheme: "http" } url
        && (url.IsLoopback || Proxies.All(static name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))));

    /// <summary>Tells the server of an event, and registers the agent if it is new. Usually, this is one request.</summary>
    /// <param name="begun">The event, or its beginning.</param>
    /// <param name="rest">Whatever follows; null if that is all. It is sent once: a long event is not worth keeping to send it again.</param>
    /// <returns>The last answer; null if there is no token.</returns>
    internal HookResponse? Tell(ReadOnlyMemory<byte> begun, Stream? rest)
    {
        HookResponse? last = null;
        foreach (var (token, agent) in caller.Tokens())
        {
            var response = Post(Hook(agent), token, begun, rest, "the server");
            // The kept token is no longer valid, or the agent is gone: the next one may act as it, or register it.
            if (response.Status is not (401 or 403 or 404) || rest is not null)
                return response;
            last = response;
        }

        if (caller.Opener is not { } opener || (last is { } said && !IsOfAgent(said)))
            return last;
        var made = Post(Address("agents/register", agent: null), opener, Profile(), rest: null, "the registration");
        if (made.Status is not (200 or 201))
            return made;
        var own = HookJson.Text(made.Body, "token");
        if (own is not null)
            caller.File.Write(caller.Agent, own);
        return Post(Hook(own is null ? caller.Agent : null), own ?? opener, begun, rest: null, "the server");
    }

    private HookResponse Post(Uri url, string token, ReadOnlyMemory<byte> body, Stream? rest, string what)
    {
        var request = new HookRequest(url, token, body) { Rest = rest };
        deadline.Doing($"connecting to {caller.Location.Url}", deadline.TimeToConnect);
        if (IsPlain)
            return PlainHttp.Post(request, () => deadline.Doing($"the answer of {what} at {caller.Location.Url}"));
        return Secure(request, what);
    }

    /// <summary>With what .NET has: certificates and proxies take as long as they take.</summary>
    private HookResponse Secure(HookRequest request, string what)
    {
        using var handler = caller.Location.CreateHttpHandler();
        handler.ConnectTimeout = deadline.TimeToConnect;
        using var http = new HttpClient(handler);
        deadline.Doing($"the answer of {what} at {caller.Location.Url}");
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Url) { Content = new HookContent(request) };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.Token);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = http.Send(message, HttpCompletionOption.ResponseHeadersRead);
        using var from = response.Content.ReadAsStream();
        var body = new byte[HookResponse.MostBytes];
        var length = from.ReadAtLeast(body, body.Length, throwOnEndOfStream: false);
        return length < body.Length ? new HookResponse((int)response.StatusCode, body[..length]) : throw new InvalidDataException("The answer is too long.");
    }

    private Uri Hook(string? agent) => Address($"hooks/{caller.Harness}", agent, caller.Interrupt ? "&interrupt=true" : "");

    private Uri Address(string path, string? agent, string more = "")
    {
        var query = more + (agent is null ? "" : $"&agent_id={Uri.EscapeDataString(agent)}")
            + (caller.Location.Project is { } project ? $"&project_id={Uri.EscapeDataString(project)}" : "");
        return new Uri(caller.Location.Url, query.Length == 0 ? $"api/v1/{path}" : $"api/v1/{path}?{query[1..]}");
    }

    private byte[] Profile()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("agent_id"u8, caller.Agent);
            to.WriteStartObject("metadata"u8);
            to.WriteStartObject("harness"u8);
            to.WriteString("name"u8, caller.Harness);
            to.WriteEndObject();
            to.WriteString("cwd"u8, caller.Folder);
            if (CommandLine.FolderName.Branch(caller.Folder) is { } branch)
                to.WriteString("branch"u8, branch);
            to.WriteEndObject();
            to.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether the agent is what was refused or missing. A server that has no hooks would otherwise be told of a new agent with each event.</summary>
    private bool IsOfAgent(HookResponse response) =>
        response.Status == 401 || (HookJson.Text(response.Body, "detail") is { } detail && detail.Contains($"'{caller.Agent}'", StringComparison.Ordinal));

    /// <summary>A body that is not held in memory as a whole.</summary>
    private sealed class HookContent(HookRequest request) : HttpContent
    {
        protected override void SerializeToStream(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            stream.Write(request.Body.Span);
            request.Rest?.CopyTo(stream);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(request.Body);
            if (request.Rest is { } rest)
                await rest.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = request.Body.Length;
            return request.Rest is null;
        }
    }
}
