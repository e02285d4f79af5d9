using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Routing;
using Parley.Server.Tests.Agents;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Routing;

public sealed class AddressingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bob", "bob", nameof(Audience.Named), true)]
    [InlineData("*", "bob cyd dan", nameof(Audience.Everyone), false)]
    [InlineData("role:lead", "bob", nameof(Audience.Named), false)]
    [InlineData("role:nobody", "", nameof(Audience.Named), false)]
    [InlineData("squad:alpha", "bob cyd", nameof(Audience.Named), false)]
    [InlineData("topic:builds.failed", "cyd", nameof(Audience.Group), false)]
    [InlineData("topic:builds", "", nameof(Audience.Group), false)]
    [InlineData("capability:review", "dan", nameof(Audience.Named), true)]
    [InlineData("bob,squad:alpha", "bob cyd", nameof(Audience.Named), false)]
    [InlineData("bob,*", "bob cyd dan", nameof(Audience.Everyone), false)]
    [InlineData("topic:builds.failed,bob", "cyd bob", nameof(Audience.Named), false)]
    [InlineData("ada", "ada", nameof(Audience.Named), true)]
    public async Task An_address_names_its_recipients_each_once_and_the_sender_never_by_a_group(string to, string agents, string audience, bool isDirect)
    {
        await using var host = await StartAsync();

        var recipients = (await ResolveAsync(host, to)).Value;

        Assert.Equal(agents, string.Join(' ', recipients.Agents.Select(agent => agent.Id)));
        Assert.Equal((audience, isDirect), (recipients.Audience.ToString(), recipients.IsDirect));
        Assert.Equal(to == "capability:review" ? "review" : null, recipients.Capability);
    }

    [Theory]
    [InlineData("eve", ErrorCodes.UnknownRecipient)]
    [InlineData("squad:", ErrorCodes.UnknownRecipient)]
    [InlineData("squad:beta", ErrorCodes.UnknownRecipient)]
    [InlineData("capability:dance", ErrorCodes.NoCapableAgent)]
    [InlineData("bob,eve", ErrorCodes.UnknownRecipient)]
    public async Task One_address_that_leads_nowhere_refuses_all(string to, string code)
    {
        await using var host = await StartAsync();

        Assert.Equal(code, (await ResolveAsync(host, to)).Problem?.Code);
    }

    /// <summary>ada sends; bob leads, bob and cyd (and ada) are alpha, cyd hears of builds, dan reviews.</summary>
    private static async Task<ConceptHost> StartAsync()
    {
        var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        await PostAsync("agents/register", """{"agent_id": "ada", "role": "lead", "capabilities": ["review"]}""");
        await PostAsync("agents/register", """{"agent_id": "bob", "role": "lead"}""");
        await PostAsync("agents/register", """{"agent_id": "cyd"}""");
        await PostAsync("agents/register", """{"agent_id": "dan", "capabilities": ["review"]}""");
        await PostAsync("squads", """{"squad_id": "alpha", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}, {"agent_id": "cyd"}]}""");
        Assert.Equal(200, (int)(await host.SendAsync(HttpMethod.Put, "/api/v1/agents/cyd/subscriptions", admin, """{"topics": ["builds.*"]}""")).Status);
        return host;

        async Task PostAsync(string path, string body) =>
            Assert.True((int)(await host.SendAsync(HttpMethod.Post, $"/api/v1/{path}", admin, body)).Status is 200 or 201, body);
    }

    private static async Task<Result<Recipients>> ResolveAsync(ConceptHost host, string to)
    {
        return await host.Get<Addressing>().ResolveAsync(host.Default, to.Split(','), narrowing: null, host.Default.Agents.Find("ada")!.Number, Cancel);
    }
}
