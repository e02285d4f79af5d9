using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class TokenEndpointsTests
{
    [Theory]
    [InlineData("""{"kind": "admin"}""", TokenKind.Admin, null, null)]
    [InlineData("""{"kind": "observer"}""", TokenKind.Observer, null, null)]
    [InlineData("""{"kind": "observer", "project_id": "default"}""", TokenKind.Observer, "default", null)]
    [InlineData("""{"kind": "join"}""", TokenKind.Join, "default", null)]
    [InlineData("""{"kind": "agent", "agent_id": "bot"}""", TokenKind.Agent, "default", "bot")]
    [InlineData("""{"kind": "operator", "agent_id": "ada"}""", TokenKind.Operator, null, "ada")]
    [InlineData("""{"kind": "operator", "agent_id": "ada", "project_id": "default"}""", TokenKind.Operator, "default", "ada")]
    public async Task An_admin_creates_a_token_that_opens_what_was_requested(string json, TokenKind kind, string? projectId, string? agentId)
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/tokens", json);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var token = JsonSerializer.Deserialize(answer.Text, WireJson.Lenient.NewToken)!;
        Assert.Equal($"/api/v1/tokens/{token.TokenId}", answer.Header("Location"));
        var caller = host.Vault.Authenticate(token.Token)!;
        Assert.Equal((kind, projectId, agentId), (caller.Kind, caller.ProjectId, caller.AgentId));
        Assert.Contains((projectId ?? "default", "token.created", token.TokenId), host.Collaborators.Audited);
    }

    [Theory]
    [InlineData("{}", "kind")]
    [InlineData("""{"kind": "root"}""", "kind")]
    [InlineData("""{"kind": "agent"}""", "agent_id")]
    [InlineData("""{"kind": "operator"}""", "agent_id")]
    [InlineData("""{"kind": "operator", "agent_id": "bot", "project_id": "default"}""", "agent_id")]
    [InlineData("""{"kind": "observer", "agent_id": "bot"}""", "agent_id")]
    [InlineData("""{"kind": "agent", "agent_id": "a b"}""", "agent_id")]
    [InlineData("""{"kind": "admin", "project_id": "default"}""", "project_id")]
    [InlineData("""{"kind": "join", "project_id": "a/b"}""", "project_id")]
    [InlineData("""{"kind": "join", "expires_at": "2020-01-01T00:00:00Z"}""", "expires_at")]
    public async Task An_invalid_token_request_is_refused_naming_the_field(string json, string field)
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/tokens", json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, Assert.Single(answer.Problem.Errors!.Keys));
    }

    [Theory]
    [InlineData("""{"kind": "join", "project_id": "nowhere"}""")]
    [InlineData("""{"kind": "agent", "agent_id": "nobody"}""")]
    public async Task A_token_for_something_that_does_not_exist_is_404(string json)
    {
        await using var host = await StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await host.PostAsync("/api/v1/tokens", json)).Status);
    }

    [Fact]
    public async Task The_list_shows_no_secret()
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(TokenKind.Observer);

        var answer = await host.SendAsync(HttpMethod.Get, "/api/v1/tokens", token.Token);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains(token.TokenId, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("parley_", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"token\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_limited_to_one_project_sees_only_its_tokens()
    {
        await using var host = await StartAsync();
        var observer = await host.IssueAsync(TokenKind.Observer, "red");
        await host.IssueAsync(TokenKind.Observer, "blue");

        var answer = await host.SendAsync(HttpMethod.Get, "/api/v1/tokens", observer.Token);

        Assert.Equal(observer.TokenId, Assert.Single(JsonSerializer.Deserialize(answer.Text, WireJson.Lenient.PageTokenInfo)!.Items).TokenId);
    }

    [Fact]
    public async Task A_revoked_token_opens_nothing_and_is_audited()
    {
        await using var host = await StartAsync();
        var (admin, token) = (await host.IssueAsync(TokenKind.Admin), await host.IssueAsync(TokenKind.Agent));

        var answer = await host.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{token.TokenId}", admin.Token);
        var again = await host.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{token.TokenId}", admin.Token);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (answer.Status, again.Status));
        Assert.Null(host.Vault.Authenticate(token.Token));
        Assert.Contains(("default", "token.revoked", token.TokenId), host.Collaborators.Audited);
    }

    [Theory]
    [InlineData(TokenKind.Operator)]
    [InlineData(TokenKind.Agent)]
    [InlineData(TokenKind.Join)]
    [InlineData(TokenKind.Observer)]
    public async Task Nobody_else_can_create_or_revoke_tokens(TokenKind kind)
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(kind);

        Assert.Equal(HttpStatusCode.Forbidden, (await host.PostAsync("/api/v1/tokens", """{"kind": "admin"}""", kind)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{BootstrapTokens.AdminId}", token.Token)).Status);
    }

    private static Task<EdgeHost> StartAsync() => EdgeHost.StartAsync();
}
