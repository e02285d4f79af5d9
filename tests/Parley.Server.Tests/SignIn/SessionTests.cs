using System.Net;
using System.Net.WebSockets;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.SignIn;

/// <summary>How long a browser stays signed in, with which rights, and whose requests its cookie authenticates.</summary>
public abstract class SessionTests(StorageUnderTest storage)
{
    private const string Me = "/api/v1/me";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TokenKind.Admin, HttpStatusCode.Created, HttpStatusCode.Created)]
    [InlineData(TokenKind.Operator, HttpStatusCode.Created, HttpStatusCode.Forbidden)]
    [InlineData(TokenKind.Observer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task A_session_has_the_rights_of_its_token(TokenKind kind, HttpStatusCode sending, HttpStatusCode creating)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", await host.TokenAsync(TokenKind.Admin), """{"agent_id": "olga", "name": "Olga", "type": "human"}""");
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(kind, kind == TokenKind.Operator ? "olga" : null));

        var me = (await browser.GetAsync(Me)).As(WireJson.Lenient.Me);

        Assert.Equal((kind, kind == TokenKind.Operator ? "olga" : null, kind == TokenKind.Operator ? "Olga" : null), (me.Kind, me.AgentId, me.Name));
        Assert.Equal(host.Clock.GetUtcNow() + SessionRules.LongestLife, me.ExpiresAt);
        Assert.Equal(kind != TokenKind.Observer, me.May.Contains("send"));
        Assert.Equal(sending, (await browser.SendAsync(HttpMethod.Post, "/api/v1/messages", """{"to": "bob", "content": "hello"}""")).Status);
        Assert.Equal(creating, (await browser.SendAsync(HttpMethod.Post, "/api/v1/projects", """{"project_id": "shop"}""")).Status);
    }

    [Theory]
    [InlineData(TokenKind.Agent, "ada")]
    [InlineData(TokenKind.Join, null)]
    public async Task Agents_and_join_tokens_cannot_sign_a_browser_in(TokenKind kind, string? agent)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = agent is null ? await host.TokenAsync(kind) : await host.RegisterAsync(agent);

        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Post, "/api/v1/session/tickets", token)).Status);
        Assert.Equal(kind, (await host.SendAsync(HttpMethod.Get, Me, token)).As(WireJson.Lenient.Me).Kind);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_for_scripts_and_other_sites()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));

        Assert.StartsWith($"parley-{host.Client.BaseAddress!.Port}=", browser.SetCookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "max-age=604800", "path=/", "samesite=strict"], browser.SetCookie!.Split("; ").Skip(1).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(browser.Cookie!.Split('=')[1], await host.Data.StoredAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_requests_of_the_servers_own_pages_are_authenticated()
    {
        await using var host = await ConceptHost.StartAsync(await AllowingAsync("http://friend.example"));
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var own = host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me, ("Origin", own), ("Sec-Fetch-Site", "same-origin"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me, ("Sec-Fetch-Site", "none"))).Status);
        foreach (var site in new[] { "same-site", "cross-site" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me, ("Sec-Fetch-Site", site))).Status);
        // These pages may talk to the server, but only with a token.
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me, ("Origin", "http://friend.example"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync(HttpMethod.Delete, "/api/v1/session", null, ("Origin", "http://friend.example"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SendAsync(HttpMethod.Delete, "/api/v1/session", null, ("Sec-Fetch-Site", "none"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Me, ("Origin", "http://stranger.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(
            HttpMethod.Post, "/api/v1/session", $$"""{"ticket": "{{await Browsing.TicketAsync(host, await host.TokenAsync(TokenKind.Admin))}}"}""", ("Origin", "http://friend.example"))).Status);
        await Assert.ThrowsAsync<WebSocketException>(() => browser.ConnectAsync(origin: "http://friend.example"));
        await Assert.ThrowsAsync<WebSocketException>(() => browser.ConnectAsync("/ws/human", origin: own.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_with_HTTPS_the_cookie_is_the_hosts_alone()
    {
        var data = await storage.NewAsync();
        data.Change = settings => settings with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")], AllowedHosts = ["parley.example.org"] };
        await using var host = await ConceptHost.StartAsync(data);
        var browser = Browsing.Of(host);
        var ticket = await Browsing.TicketAsync(host, await host.TokenAsync(TokenKind.Admin));
        (string, string)[] forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "parley.example.org"), ("X-Forwarded-For", "192.0.2.7")];

        await browser.SendAsync(HttpMethod.Post, "/api/v1/session", $$"""{"ticket": "{{ticket}}"}""", [.. forwarded, ("Origin", "https://parley.example.org")]);

        Assert.StartsWith("__Host-parley-443=", browser.SetCookie, StringComparison.Ordinal);
        Assert.Contains("; secure", browser.SetCookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me, [.. forwarded, ("Origin", "https://parley.example.org")])).Status);
        // Without TLS, the browser would not send it, and it does not count.
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Me, [.. forwarded, ("Origin", "http://parley.example.org")])).Status);
    }

    [Fact]
    public async Task A_token_wins_over_the_cookie()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var observer = await host.TokenAsync(TokenKind.Observer);

        Assert.Equal(TokenKind.Observer, (await browser.GetAsync(Me, ("Authorization", $"Bearer {observer}"))).As(WireJson.Lenient.Me).Kind);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me, ("Authorization", "Bearer wrong"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.SendAsync(HttpMethod.Delete, "/api/v1/session", null, ("Authorization", $"Bearer {observer}"))).Status);
    }

    [Fact]
    public async Task A_ticket_works_once_within_ten_minutes_and_on_its_server_only()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await using var other = await ConceptHost.StartAsync(storage);
        var token = await host.TokenAsync(TokenKind.Admin);
        var (used, late, last) = (await Browsing.TicketAsync(host, token), await Browsing.TicketAsync(host, token), await Browsing.TicketAsync(host, token));
        var browser = Browsing.Of(host);

        Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync(used)).Status);
        Refused(await browser.SignInAsync(used), "used before");
        host.Clock.Advance(SignInTickets.Lifetime);
        Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync(last)).Status);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Refused(await browser.SignInAsync(late), "too old");
        Refused(await browser.SignInAsync(await Browsing.TicketAsync(other, await other.TokenAsync(TokenKind.Admin))), "not made by this server");
        Refused(await browser.SignInAsync($"{late[..40]}{(late[40] == 'A' ? 'B' : 'A')}{late[41..]}"), "");
        Refused(await browser.SignInAsync(late[..40]), "not a complete");
        Refused(await browser.SignInAsync(new string('x', 5_000)), "not a complete");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/api/v1/session", "{}")).Status);
    }

    [Fact]
    public async Task A_ticket_of_a_stream_signs_nobody_in_and_the_other_way_round()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.TokenAsync(TokenKind.Admin);
        var stream = host.Get<Tickets>().Issue(host.Get<TokenVault>().Authenticate(token)!, "/ws/human").Value;
        var signIn = await Browsing.TicketAsync(host, token);

        Refused(await Browsing.Of(host).SignInAsync(stream), "");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, $"/api/v1/sse/events?ticket={signIn}", null)).Status);
    }

    [Fact]
    public async Task A_session_makes_no_ticket_that_would_outlive_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));

        var answer = await browser.SendAsync(HttpMethod.Post, "/api/v1/tickets", """{"path": "/ws/human"}""");

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
    }

    [Fact]
    public async Task A_session_in_memory_is_no_use_of_its_token()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var vault = host.Get<TokenVault>();
        var token = await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);
        var browser = await Browsing.SignedInAsync(host, token.Token);
        Assert.Equal("no-store", (await browser.GetAsync(Me)).Header("Cache-Control"));
        var used = vault.Find(token.TokenId)!.LastUsedAt;

        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.Get<SessionDirectory>().RunAsync(Cancel);

        Assert.Equal(used, vault.Find(token.TokenId)!.LastUsedAt);
    }

    [Fact]
    public async Task Of_many_who_use_the_same_link_one_is_signed_in()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ticket = await Browsing.TicketAsync(host, await host.TokenAsync(TokenKind.Admin));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Browsing.Of(host).SignInAsync(ticket)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Refused(answer, "used before"));
    }

    [Fact]
    public async Task A_thousand_links_sign_in_once_each()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.TokenAsync(TokenKind.Observer);
        var tickets = new List<string>();
        for (var i = 0; i < 1_000; i++)
            tickets.Add(await Browsing.TicketAsync(host, token));
        var (first, browser) = (Browsing.Of(host), Browsing.Of(host));

        Assert.Equal(HttpStatusCode.OK, (await first.SignInAsync(tickets[0])).Status);
        foreach (var ticket in tickets.Skip(1))
            Assert.Equal(HttpStatusCode.OK, (await browser.SignInAsync(ticket)).Status);

        // However many came since, the first one is still used up, and its session still works.
        Refused(await browser.SignInAsync(tickets[0]), "used before");
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_closes_what_it_opened()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var old = browser.At(host);
        using var socket = await browser.ConnectAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendAsync(HttpMethod.Delete, "/api/v1/session")).Status);

        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
        Assert.Contains("max-age=0", browser.SetCookie, StringComparison.Ordinal);
        var refused = await old.GetAsync(Me);
        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized), (refused.Status, refused.Problem.Code));
        Assert.Contains("parley dashboard", refused.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal(["session.started", "session.ended"], (await host.LogAsync()).Where(entry => entry.Type?.StartsWith("session.", StringComparison.Ordinal) == true).Select(entry => entry.Type));
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_that_the_browser_had()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var before = browser.At(host);

        await browser.SignInAsync(await Browsing.TicketAsync(host, await host.TokenAsync(TokenKind.Observer)));

        Assert.Equal(TokenKind.Observer, (await browser.GetAsync(Me)).As(WireJson.Lenient.Me).Kind);
        Assert.Equal(HttpStatusCode.Unauthorized, (await before.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task A_session_ends_with_its_token()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var vault = host.Get<TokenVault>();
        var token = await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);
        var browser = await Browsing.SignedInAsync(host, token.Token);
        var unused = await Browsing.TicketAsync(host, token.Token);
        using var socket = await browser.ConnectAsync();

        await vault.RevokeAsync([token.TokenId], Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
        Refused(await Browsing.Of(host).SignInAsync(unused), "revoked or replaced");
    }

    [Fact]
    public async Task A_token_that_is_made_anew_under_the_same_id_revives_no_session()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var vault = host.Get<TokenVault>();
        var order = new TokenOrder(TokenKind.Admin) { TokenId = "first-admin-again" };
        var token = (await vault.IssueAsync(order, Cancel)).Token;
        var browser = await Browsing.SignedInAsync(host, token);
        var unused = await Browsing.TicketAsync(host, token);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        await vault.IssueAsync(order, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
        Refused(await Browsing.Of(host).SignInAsync(unused), "revoked or replaced");
    }

    [Fact]
    public async Task A_session_lasts_no_longer_than_its_token()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        // Sooner than a silent socket would be closed.
        var ends = host.Clock.GetUtcNow().AddSeconds(10);
        var token = await host.Get<TokenVault>().IssueAsync(new TokenOrder(TokenKind.Observer) { ExpiresAt = ends }, Cancel);
        var browser = await Browsing.SignedInAsync(host, token.Token);
        using var socket = await browser.ConnectAsync();
        Assert.Equal(ends, (await browser.GetAsync(Me)).As(WireJson.Lenient.Me).ExpiresAt);

        host.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
    }

    [Fact]
    public async Task A_session_that_signs_another_browser_in_does_not_prolong_itself()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Observer));
        var end = (await browser.GetAsync(Me)).As(WireJson.Lenient.Me).ExpiresAt;
        host.Clock.Advance(TimeSpan.FromHours(5));
        var phone = Browsing.Of(host);

        await phone.SignInAsync((await browser.SendAsync(HttpMethod.Post, "/api/v1/session/tickets")).As(WireJson.Lenient.Ticket).Value);

        Assert.Equal(end, (await phone.GetAsync(Me)).As(WireJson.Lenient.Me).ExpiresAt);
    }

    [Fact]
    public async Task A_session_ends_after_twelve_hours_without_use()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));

        for (var i = 0; i < 3; i++)
        {
            host.Clock.Advance(SessionRules.LongestIdle - TimeSpan.FromSeconds(1));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me)).Status);
        }

        // The client has the answer before the server has ended the request.
        await Polling.UntilAsync(() => "the request to end", () => Task.FromResult(host.Get<SessionDirectory>().Open == 0));
        host.Clock.Advance(SessionRules.LongestIdle);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task A_session_ends_after_a_week_however_much_it_is_used()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var (sessions, end) = (host.Get<SessionDirectory>(), host.Clock.GetUtcNow() + SessionRules.LongestLife);
        while (host.Clock.GetUtcNow() + TimeSpan.FromHours(11) < end)
        {
            host.Clock.Advance(TimeSpan.FromHours(11));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me)).Status);
        }

        host.Clock.Advance(end - host.Clock.GetUtcNow() - TimeSpan.FromSeconds(10));
        using var socket = await browser.ConnectAsync();
        Assert.Equal(TimeSpan.FromSeconds(10), await sessions.RunAsync(Cancel));
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await sessions.RunAsync(Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).Status);
        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
    }

    [Fact]
    public async Task An_open_socket_is_use()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var browser = await Browsing.SignedInAsync(host, await host.TokenAsync(TokenKind.Admin));
        var sessions = host.Get<SessionDirectory>();
        // Nothing else is sent, and the heartbeats of a clock that a test turns would end it: so the session is asked itself.
        var session = (await sessions.EnterAsync(browser.Cookie!.Split('=')[1], Cancel))!;

        host.Clock.Advance(SessionRules.LongestIdle + TimeSpan.FromHours(1));
        await sessions.RunAsync(Cancel);
        Assert.False(session.Caller.Ended.IsCancellationRequested);
        session.Leave();

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task A_session_outlives_a_restart_with_its_last_use_and_an_ended_one_does_not()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string stays, ended;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            var token = await host.TokenAsync(TokenKind.Admin);
            var (one, other) = (await Browsing.SignedInAsync(host, token), await Browsing.SignedInAsync(host, token));
            clock.Advance(TimeSpan.FromHours(11));
            await one.GetAsync(Me);
            ended = other.Cookie!;
            await other.SendAsync(HttpMethod.Delete, "/api/v1/session");
            stays = one.Cookie!;
        }

        clock.Advance(TimeSpan.FromHours(11));
        await using var again = await ConceptHost.StartAsync(data, clock);

        // Its port is another now, and so is the cookie's name.
        Assert.Equal(HttpStatusCode.OK, (await WithAsync(again, stays)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await WithAsync(again, ended)).Status);
    }

    [Fact]
    public async Task Nothing_but_a_session_is_ever_a_session()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        foreach (var value in new[] { "", "x", admin, await Browsing.TicketAsync(host, admin), new string('y', 3_000) })
            Assert.Equal(HttpStatusCode.Unauthorized, (await WithAsync(host, $"any={value}")).Status);
    }

    private static Task<Answer> WithAsync(ConceptHost host, string cookie) =>
        Browsing.Of(host).GetAsync(Me, ("Cookie", $"parley-{host.Client.BaseAddress!.Port}={cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..]}"));

    private static void Refused(Answer answer, string why)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.SignInRefused), (answer.Status, answer.Problem.Code));
        Assert.Contains(why, answer.Problem.Detail, StringComparison.Ordinal);
        Assert.Contains("'parley dashboard'", answer.Problem.Detail, StringComparison.Ordinal);
    }

    private async Task<ServerData> AllowingAsync(string origin)
    {
        var data = await storage.NewAsync();
        data.Change = settings => settings with { CorsOrigins = [origin] };
        return data;
    }
}

public sealed class SqliteSessionTests() : SessionTests(new OnSqlite());

public sealed class PostgresSessionTests(PostgresDatabases databases) : SessionTests(new OnPostgres(databases));
