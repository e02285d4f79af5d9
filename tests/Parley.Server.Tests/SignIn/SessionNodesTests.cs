using System.Net;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.SignIn;

/// <summary>Sessions at two nodes of one database.</summary>
public sealed class SessionNodesTests(PostgresDatabases databases)
{
    private const string Me = "/api/v1/me";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_made_at_one_node_signs_in_at_the_other_once()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var ticket = await Browsing.TicketAsync(nodes.One, await nodes.One.TokenAsync(TokenKind.Admin));

        Assert.Equal(HttpStatusCode.OK, (await Browsing.Of(nodes.Other).SignInAsync(ticket)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Browsing.Of(nodes.One).SignInAsync(ticket)).Status);
    }

    [Fact]
    public async Task Signing_out_at_one_node_closes_the_socket_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var browser = await Browsing.SignedInAsync(nodes.One, await nodes.One.TokenAsync(TokenKind.Admin));
        var there = Moved(browser, nodes.Other);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync(Me)).Status);
        using var socket = await there.ConnectAsync();

        await browser.SendAsync(HttpMethod.Delete, "/api/v1/session");

        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task A_token_revoked_at_one_node_ends_the_session_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var token = await nodes.One.Get<TokenVault>().IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);
        var there = Moved(await Browsing.SignedInAsync(nodes.One, token.Token), nodes.Other);
        using var socket = await there.ConnectAsync();

        await nodes.One.Get<TokenVault>().RevokeAsync([token.TokenId], Cancel);

        Assert.Equal(4401, await Browsing.CloseOfAsync(socket));
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync(Me)).Status);
    }

    [Fact]
    public async Task What_is_used_at_one_node_is_not_idle_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var here = await Browsing.SignedInAsync(nodes.One, await nodes.One.TokenAsync(TokenKind.Admin));
        var there = Moved(here, nodes.Other);
        await there.GetAsync(Me);
        foreach (var node in nodes.Both)
            node.Clock.Advance(TimeSpan.FromHours(8));
        await here.GetAsync(Me);
        await nodes.One.Get<SessionDirectory>().RunAsync(Cancel);

        foreach (var node in nodes.Both)
            node.Clock.Advance(TimeSpan.FromHours(8));
        await nodes.Other.Get<SessionDirectory>().RunAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync(Me)).Status);
    }

    // As behind a load balancer, but here, each node has a port of its own, and so has its cookie.
    private static Browsing Moved(Browsing browser, ConceptHost host) =>
        browser.At(host, $"parley-{host.Client.BaseAddress!.Port}={browser.Cookie!.Split('=')[1]}");
}
