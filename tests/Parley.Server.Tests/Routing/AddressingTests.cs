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
    public async Task One_unknown_address_refuses_the_whole_send(string to, string code)
    {
        await using var host = await StartAsync();

        Assert.Equal(code, (await ResolveAsync(host, to)).Problem?.Code);
    }

    [Theory]
    [InlineData("bbo", "There is no recipient 'bbo' in this project; nothing was sent. Did you mean 'bob'?")]
    [InlineData("BOB", "There is no recipient 'BOB' in this project; nothing was sent. Did you mean 'bob'?")]
    [InlineData("humna", "There is no recipient 'humna' in this project; nothing was sent. Did you mean 'human'?")]
    [InlineData("Data Enginer", "There is no recipient 'Data Enginer' in this project; nothing was sent. Did you mean 'Data Engineer'?")]
    [InlineData("squad:aplha", "There is no recipient 'squad:aplha' in this project; nothing was sent. Did you mean 'squad:alpha'?")]
    [InlineData("capability:reviews", "No agent in this project has the capability 'reviews'; nothing was sent. Did you mean 'review'?")]
    [InlineData("squad:", "There is no recipient 'squad:' in this project; nothing was sent.")]
    [InlineData("somebody-else", "There is no recipient 'somebody-else' in this project; nothing was sent.")]
    [InlineData("squad:bob", "There is no recipient 'squad:bob' in this project; nothing was sent.")]
    [InlineData("capability:plan", "No agent in this project has the capability 'plan'; nothing was sent.")]
    public async Task A_similar_address_is_suggested(string to, string detail)
    {
        await using var host = await StartAsync();
        await RegisterAsync(host, """{"agent_id": "eng-1", "name": "Data Engineer"}""");
        // Nobody is asked to send to itself.
        await RegisterAsync(host, """{"agent_id": "ada", "capabilities": ["review", "plan"]}""");

        Assert.Equal(detail, (await ResolveAsync(host, to)).Problem?.Detail);
    }

    [Fact]
    public async Task A_name_is_an_address_while_one_agent_has_it_and_an_id_goes_first()
    {
        await using var host = await StartAsync();
        await RegisterAsync(host, """{"agent_id": "be-1", "name": "Backend Developer"}""");
        await RegisterAsync(host, """{"agent_id": "imposter", "name": "bob"}""");

        var found = (await ResolveAsync(host, "Backend Developer")).Value;
        Assert.Equal("be-1", Assert.Single(found.Agents).Id);
        Assert.Equal((true, Audience.Named, "Backend Developer -> be-1"), (found.IsDirect, found.Audience, found.Routing));
        Assert.Equal("bob", Assert.Single((await ResolveAsync(host, "bob")).Value.Agents).Id);
        Assert.Equal("be-1", Assert.Single((await ResolveAsync(host, "be-1,Backend Developer")).Value.Agents).Id);

        await RegisterAsync(host, """{"agent_id": "be-2", "name": "Backend Developer"}""");
        var problem = (await ResolveAsync(host, "Backend Developer")).Problem!;
        Assert.Equal(ErrorCodes.UnknownRecipient, problem.Code);
        Assert.Equal("2 agents have the name 'Backend Developer'; nothing was sent. Use the id of the one you mean: be-1, be-2.", problem.Detail);
    }

    private static async Task RegisterAsync(ConceptHost host, string body) =>
        Assert.True((int)(await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", await host.TokenAsync(TokenKind.Admin), body)).Status is 200 or 201, body);

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
