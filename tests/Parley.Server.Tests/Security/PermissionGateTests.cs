using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class PermissionGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_permission_lets_in_exactly_the_kinds_of_token_that_the_table_says()
    {
        await using var host = await EdgeHost.StartAsync(api =>
        {
            foreach (var permission in Enum.GetValues<Permission>())
                api.MapGet($"/{permission}", (HttpContext http) => Caller.Of(http).TokenId).Allow(permission, own: "itself");
        });

        foreach (var kind in Enum.GetValues<TokenKind>())
        {
            var token = await host.IssueAsync(kind);
            foreach (var permission in Enum.GetValues<Permission>())
            {
                var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/{permission}", token.Token);
                var expected = WhoMayDoWhat.May(kind, permission) == Access.No ? HttpStatusCode.Forbidden : HttpStatusCode.OK;
                Assert.True(expected == answer.Status, $"{kind} {permission}: {answer.Status}");
            }
        }
    }

    [Theory]
    [InlineData(null, "A token is required")]
    [InlineData("Bearer", "Bearer TOKEN")]
    [InlineData("Basic YTpi", "Bearer TOKEN")]
    [InlineData("Bearer parley_agent_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unknown, revoked or expired")]
    public async Task Without_a_valid_token_nobody_gets_in(string? header, string detail)
    {
        await using var host = await StartAsync();

        var answer = await host.SendAsync(HttpMethod.Get, "/api/v1/it", null, null, header is null ? [] : [("Authorization", header)]);

        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized), (answer.Status, answer.Problem.Code));
        Assert.Contains(detail, answer.Problem.Detail, StringComparison.Ordinal);
        Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_at_once()
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(TokenKind.Admin);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/api/v1/it", token.Token)).Status);

        await host.Vault.RevokeAsync([token.TokenId], Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/api/v1/it", token.Token)).Status);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(TokenKind.Admin, expiresAt: host.Clock.GetUtcNow().AddHours(1));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, "/api/v1/it", token.Token)).Status);

        host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Get, "/api/v1/it", token.Token)).Status);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("access_token")]
    public async Task A_token_in_a_URL_is_refused_even_with_a_valid_one_in_the_header(string parameter)
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(TokenKind.Admin);

        var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/it?{parameter}={token.Token}", token.Token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Contains("logs and histories", answer.Problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenKind.Agent, "ada", HttpStatusCode.OK)]
    [InlineData(TokenKind.Agent, "bot", HttpStatusCode.Forbidden)]
    [InlineData(TokenKind.Agent, "human", HttpStatusCode.Forbidden)]
    [InlineData(TokenKind.Operator, "human", HttpStatusCode.OK)]
    [InlineData(TokenKind.Operator, "bot", HttpStatusCode.Forbidden)]
    [InlineData(TokenKind.Admin, "bot", HttpStatusCode.OK)]
    public async Task Where_the_path_names_an_agent_it_must_be_the_callers_own(TokenKind kind, string agent, HttpStatusCode status)
    {
        await using var host = await EdgeHost.StartAsync(api => api.MapGet("/agents/{agent_id}/claim", () => "ok").Allow(Permission.Settle));

        Assert.Equal(status, (await host.GetAsync($"/api/v1/agents/{agent}/claim", kind)).Status);
    }

    [Fact]
    public async Task A_join_token_creates_agents_and_cannot_change_existing_ones()
    {
        await using var host = await EdgeHost.StartAsync(api =>
        {
            api.MapPost("/agents/register", () => "ok").Allow(Permission.Register, own: "what is not there yet");
            api.MapPut("/agents/{agent_id}/status", () => "ok").Allow(Permission.Register);
        });
        var token = await host.IssueAsync(TokenKind.Join);

        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", token.Token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Put, "/api/v1/agents/ada/status", token.Token)).Status);
    }

    [Theory]
    [InlineData(TokenKind.Admin, null, "", "default")]
    [InlineData(TokenKind.Admin, null, "?project_id=other", "other")]
    [InlineData(TokenKind.Operator, null, "?project_id=other", "other")]
    [InlineData(TokenKind.Agent, "red", "", "red")]
    [InlineData(TokenKind.Agent, "red", "?project_id=red", "red")]
    [InlineData(TokenKind.Observer, "red", "", "red")]
    public async Task The_project_is_the_tokens_or_the_named_one_or_the_default(TokenKind kind, string? ofToken, string query, string project)
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(kind, ofToken);

        Assert.Equal(project, (await host.SendAsync(HttpMethod.Get, $"/api/v1/it{query}", token.Token)).Text);
    }

    [Theory]
    [InlineData(TokenKind.Agent, "red", "/it?project_id=blue", HttpStatusCode.NotFound)]
    [InlineData(TokenKind.Observer, "red", "/it?project_id=blue", HttpStatusCode.NotFound)]
    [InlineData(TokenKind.Agent, "red", "/of/blue", HttpStatusCode.NotFound)]
    [InlineData(TokenKind.Agent, "red", "/of/red", HttpStatusCode.OK)]
    [InlineData(TokenKind.Admin, null, "/of/blue", HttpStatusCode.OK)]
    [InlineData(TokenKind.Admin, null, "/it?project_id=a%20b", HttpStatusCode.BadRequest)]
    [InlineData(TokenKind.Admin, null, "/it?project_id=a&project_id=b", HttpStatusCode.BadRequest)]
    public async Task A_project_that_the_token_does_not_open_is_not_there(TokenKind kind, string? ofToken, string path, HttpStatusCode status)
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(kind, ofToken);

        Assert.Equal(status, (await host.SendAsync(HttpMethod.Get, $"/api/v1{path}", token.Token)).Status);
    }

    [Fact]
    public async Task Open_endpoints_need_no_token_and_ignore_one()
    {
        await using var host = await EdgeHost.StartAsync(mapOutside: routes => routes.MapGet("/health", () => "ok").AllowAnyone());

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health", null, ("Authorization", "Bearer wrong"))).Status);
    }

    [Fact]
    public async Task A_server_does_not_start_if_an_endpoint_does_not_declare_who_may_use_it()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => EdgeHost.StartAsync(api =>
        {
            api.MapGet("/forgotten", () => "ok");
            api.MapGet("/said", () => "ok").Allow(Permission.ReadProject);
        }));

        Assert.Contains("/api/v1/forgotten", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/api/v1/said", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_does_not_start_if_an_endpoint_does_not_say_what_a_callers_own_is()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => EdgeHost.StartAsync(api =>
        {
            api.MapPost("/blind", () => "ok").Allow(Permission.Send);
            api.MapPost("/seeing", () => "ok").Allow(Permission.Send, own: "what it sends");
            api.MapPost("/agents/{agent_id}/named", () => "ok").Allow(Permission.Send);
        }));

        Assert.Contains("/api/v1/blind", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("seeing", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("named", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_and_no_ticket_reaches_the_log()
    {
        await using var host = await EdgeHost.StartAsync(api =>
        {
            api.MapGet("/it", (HttpContext http) => Scope.Of(http).ProjectId).Allow(Permission.ReadProject);
            api.MapGet("/broken", (HttpContext _) => { throw new InvalidDataException("broken"); }).Allow(Permission.ReadProject);
        });
        var token = await host.IssueAsync(TokenKind.Admin);
        var ticket = host.Tickets.Issue(host.Vault.Authenticate(token.Token)!, "/api/v1/it").Value;

        await host.SendAsync(HttpMethod.Get, "/api/v1/it", token.Token);
        await host.SendAsync(HttpMethod.Get, "/api/v1/broken", token.Token);
        await host.SendAsync(HttpMethod.Get, $"/api/v1/it?token={token.Token}");
        await host.SendAsync(HttpMethod.Get, $"/api/v1/broken?ticket={token.Token}");
        await host.SendAsync(HttpMethod.Get, $"/api/v1/nowhere/{token.Token}", token.Token);
        await host.SendAsync(HttpMethod.Get, $"/api/v1/it?ticket={ticket}");
        var made = await host.SendAsync(HttpMethod.Post, "/api/v1/tokens", token.Token, new StringContent("""{"kind": "observer"}""", null, "application/json"));
        host.Store.Fault = new InvalidDataException("store");
        await host.SendAsync(HttpMethod.Post, "/api/v1/tokens", token.Token, new StringContent("""{"kind": "observer"}""", null, "application/json"));

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Contains(host.Logged, line => line.Contains("broken", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logged, line => line.Contains("parley_admin_", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logged, line => line.Contains("parley_observer_", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logged, line => line.Contains(ticket, StringComparison.Ordinal));
    }

    private static Task<EdgeHost> StartAsync() => EdgeHost.StartAsync(api =>
    {
        api.MapGet("/it", (HttpContext http) => Scope.Of(http).ProjectId).Allow(Permission.ReadProject);
        api.MapGet("/of/{project_id}", (HttpContext http) => Scope.Of(http).ProjectId).Allow(Permission.ReadProject);
    });
}
