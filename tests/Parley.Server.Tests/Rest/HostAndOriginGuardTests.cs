using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Security;
using Xunit;

namespace Parley.Server.Tests.Rest;

public sealed class HostAndOriginGuardTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:8080", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("192.168.1.7:8080", true)]
    [InlineData("parley.example.org", true)]
    [InlineData("a.box.example.org", true)]
    [InlineData("box.example.org", false)]
    [InlineData("evil.example.com", false)]
    [InlineData("localhost.evil.com", false)]
    [InlineData("127.0.0.1.evil.com", false)]
    public async Task Only_known_host_names_are_answered_so_that_DNS_rebinding_fails(string name, bool isAnswered)
    {
        await using var host = await StartAsync();

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin, ("Host", name));

        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
    }

    /// <summary>A proxy may pass on an X-Forwarded-Host that a client wrote, and a page that gave its own name the proxy's address writes it.</summary>
    [Theory]
    [InlineData("parley.example.org", "parley.example.org", true)]
    [InlineData("127.0.0.1:8080", "parley.example.org", true)]
    [InlineData("parley.example.org", "evil.example.com", false)]
    [InlineData("evil.example.com", "parley.example.org", false)]
    [InlineData("evil.example.com:8080", "localhost", false)]
    [InlineData("evil.example.com", "localhost, parley.example.org", false)]
    public async Task A_forwarded_host_does_not_hide_the_original_one(string name, string forwarded, bool isAnswered)
    {
        await using var host = await StartAsync(new IPNetwork(IPAddress.Loopback, 32));

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin, ("Host", name), ("X-Forwarded-Host", forwarded), ("X-Forwarded-For", "203.0.113.7, 127.0.0.1"));

        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
    }

    [Theory]
    [InlineData("https://pages.example.org", true)]
    [InlineData("HTTPS://PAGES.EXAMPLE.ORG", true)]
    [InlineData("http://pages.example.org", false)]
    [InlineData("https://pages.example.org:444", false)]
    [InlineData("https://evil.example.com", false)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("null", false)]
    public async Task Only_pages_of_known_origins_are_answered(string origin, bool isAnswered)
    {
        await using var host = await StartAsync();

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin, ("Origin", origin));

        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(isAnswered ? origin : null, answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_servers_own_pages_are_answered()
    {
        await using var host = await StartAsync();

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin, ("Origin", host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task A_preflight_of_a_known_origin_says_what_its_pages_may_send()
    {
        await using var host = await StartAsync();

        var answer = await host.SendAsync(
            HttpMethod.Options, "/api/v1/it", null, null, ("Origin", "https://pages.example.org"), ("Access-Control-Request-Method", "DELETE"));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Contains("DELETE", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        var headers = answer.Header("Access-Control-Allow-Headers")!.Split(", ");
        string[] sent =
        [
            // What the API reads, what polyfills of EventSource add, and what tracers put on every request.
            "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id", "cache-control", "x-requested-with",
            "x-request-id", "traceparent", "tracestate", "baggage", "b3", "sentry-trace", "x-datadog-trace-id", "request-id",
        ];
        Assert.All(sent, header => Assert.Contains(header, headers, StringComparer.OrdinalIgnoreCase));
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    [Fact]
    public async Task A_preflight_of_another_origin_is_refused()
    {
        await using var host = await StartAsync();

        var answer = await host.SendAsync(HttpMethod.Options, "/api/v1/it", null, null, ("Origin", "https://evil.example.com"), ("Access-Control-Request-Method", "GET"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://evil.example.com", false)]
    [InlineData("https://pages.example.org", true)]
    public async Task A_socket_is_opened_for_known_origins_only(string origin, bool isOpened)
    {
        await using var host = await StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {(await host.IssueAsync(TokenKind.Admin)).Token}");
        socket.Options.CollectHttpResponseDetails = true;

        var opening = socket.ConnectAsync(new Uri(host.Client.BaseAddress!.AbsoluteUri.Replace("http:", "ws:", StringComparison.Ordinal) + "api/v1/socket"), TestContext.Current.CancellationToken);

        if (isOpened)
            await opening;
        else
            await Assert.ThrowsAsync<WebSocketException>(() => opening);
        Assert.Equal(isOpened ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    private static Task<EdgeHost> StartAsync(params IPNetwork[] proxies) => EdgeHost.StartAsync(
        api =>
        {
            api.MapGet("/it", () => "ok").Allow(Permission.ReadAdministration);
            api.MapGet("/socket", async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
            }).Allow(Permission.ReadAdministration);
        },
        settings => settings with { CorsOrigins = ["https://pages.example.org"], AllowedHosts = ["parley.example.org", "*.box.example.org"], TrustedProxies = proxies });
}
