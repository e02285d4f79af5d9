using System.Net;
using System.Net.WebSockets;
using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.SignIn;

/// <summary>A browser, as far as a server sees it: it keeps the cookie that it was given, and says where its page is from.</summary>
internal sealed class Browsing(Uri server)
{
    // Without cookies of its own: those are the browser's.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>As the browser sends it; null before a sign-in.</summary>
    public string? Cookie { get; private set; }

    /// <summary>The last Set-Cookie, with its attributes.</summary>
    public string? SetCookie { get; private set; }

    /// <summary>A ticket made with a token.</summary>
    public static async Task<string> TicketAsync(ConceptHost host, string token)
    {
        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/session/tickets", token);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return answer.As(WireJson.Lenient.Ticket).Value;
    }

    /// <summary>A browser without a session.</summary>
    public static Browsing Of(ConceptHost host) => new(host.Client.BaseAddress!);

    /// <summary>A browser that was signed in with a token.</summary>
    public static async Task<Browsing> SignedInAsync(ConceptHost host, string token)
    {
        var browser = Of(host);
        var answer = await browser.SignInAsync(await TicketAsync(host, token));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return browser;
    }

    public Task<Answer> SignInAsync(string ticket) => SendAsync(HttpMethod.Post, "/api/v1/session", $$"""{"ticket": "{{ticket}}"}""");

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path));
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (Cookie is not null)
            request.Headers.Add("Cookie", Cookie);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, Cancel);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            SetCookie = Assert.Single(set);
            Cookie = SetCookie.Split(';')[0];
        }

        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>The same cookies in the same browser, at another server.</summary>
    public Browsing At(ConceptHost other, string? cookie = null) => new(other.Client.BaseAddress!) { Cookie = cookie ?? Cookie };

    public async Task<ClientWebSocket> ConnectAsync(string path = "/ws/human", string? origin = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", Cookie);
        socket.Options.SetRequestHeader("Origin", origin ?? server.GetLeftPart(UriPartial.Authority));
        await socket.ConnectAsync(new UriBuilder(new Uri(server, path)) { Scheme = "ws" }.Uri, Cancel);
        return socket;
    }

    /// <summary>Reads frames until the server closes, and says with which code.</summary>
    public static async Task<int?> CloseOfAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancel)).MessageType != WebSocketMessageType.Close)
        {
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
        return (int?)socket.CloseStatus;
    }
}
