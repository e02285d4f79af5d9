using System.Net;
using System.Text;
using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Agents spread over nodes that share a PostgreSQL, as if there were one server.</summary>
public sealed class NodesTests(NodesTests.TwoNodes nodes) : IClassFixture<NodesTests.TwoNodes>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Fleet _fleet = nodes.Fleet;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_node_creates_the_other_knows_at_once()
    {
        await using var first = _fleet.Open(0);
        await using var second = _fleet.Open(1);
        for (var round = 0; round < 10; round++)
        {
            var agent = await first.Agents.RegisterAsync(new RegisterRequest { AgentId = $"known-{round}" }, Cancel);
            await using var own = ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[1].Url, Token = agent.Token });
            // By its token, as a recipient, and by its name in a path, each over the node that did not make it.
            var answer = await own.Messages.SendAsync(new SendRequest { To = [agent.AgentId], Content = "to myself" }, Cancel);
            Assert.Equal(agent.AgentId, (await second.Agents.GetAsync(agent.AgentId, Cancel)).AgentId);
            var project = await second.Projects.CreateAsync(new ProjectRequest { ProjectId = $"made-{round}" }, Cancel);
            Assert.Empty((await ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[0].Url, DataFolder = _fleet.Nodes[0].DataFolder, Project = project.ProjectId })
                .Agents.ListAsync(new AgentQuery(), Cancel)).Items);
            Assert.Single(answer.Deliveries);
        }
    }

    [Fact]
    public async Task A_squad_is_one_squad_whichever_node_changes_it()
    {
        await using var first = _fleet.Open(0);
        await using var second = _fleet.Open(1);
        var members = Enumerable.Range(0, 20).Select(number => $"squad-member-{number:00}").ToArray();
        foreach (var id in members)
            await first.Agents.RegisterAsync(new RegisterRequest { AgentId = id }, Cancel);
        await first.Squads.CreateAsync(new SquadRequest { SquadId = "shared", Name = "Shared" }, Cancel);

        await Task.WhenAll(members.Select((id, i) => (i % 2 == 0 ? first : second).Squads.AddMemberAsync("shared", new SquadMember { AgentId = id }, Cancel)));
        await second.Agents.DeleteAsync(members[0], Cancel);

        // Each node sends to whom the other added, and not to whom it deleted.
        foreach (var node in new[] { first, second })
        {
            await UntilAsync(async () => (await node.Squads.GetAsync("shared", Cancel)).Members.Count == members.Length - 1);
            var sent = await node.Messages.SendAsync(new SendRequest { To = ["squad:shared"], Content = "to all" }, Cancel);
            Assert.Equal(members[1..], sent.Deliveries.Select(delivery => delivery.AgentId).Order(StringComparer.Ordinal));
        }

        await second.Squads.DeleteAsync("shared", Cancel);
        await UntilAsync(async () => (await first.Squads.ListAsync(cancellationToken: Cancel)).Items.Count == 0);
        await first.Squads.CreateAsync(new SquadRequest { SquadId = "shared", Name = "Again" }, Cancel);
        Assert.Equal("Again", (await second.Squads.GetAsync("shared", Cancel)).Name);
    }

    [Fact]
    public async Task A_token_that_one_node_revokes_opens_nothing_on_the_other()
    {
        await using var first = _fleet.Open(0);
        await using var second = _fleet.Open(1);
        var token = await first.Tokens.CreateAsync(new TokenRequest { Kind = TokenKind.Observer }, Cancel);
        await using var observer = ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[1].Url, Token = token.Token });
        await observer.Agents.ListAsync(new AgentQuery(), Cancel);

        await first.Tokens.RevokeAsync(token.TokenId, Cancel);

        await UntilAsync(async () =>
        {
            try
            {
                await observer.Agents.ListAsync(new AgentQuery(), Cancel);
                return false;
            }
            catch (ParleyException refused)
            {
                return refused.Code == ErrorCodes.Unauthorized;
            }
        });
    }

    [Fact]
    public async Task A_token_that_was_used_on_one_node_is_not_issued_again_on_another()
    {
        await using var joining = Join(0);
        var agent = await joining.Agents.RegisterAsync(new RegisterRequest { AgentId = "taken" }, Cancel);
        await using var own = ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[1].Url, Token = agent.Token });
        await own.Agents.GetAsync("taken", Cancel);
        // Noted at once, behind the request.
        await UntilAsync(async () => await _fleet.Database.AskAsync("SELECT 1 FROM tokens WHERE agent_id = 'taken' AND last_used_at IS NOT NULL", _fleet.DatabaseName) is not null);

        var refused = await Assert.ThrowsAsync<ParleyException>(() => joining.Agents.RegisterAsync(new RegisterRequest { AgentId = "taken" }, Cancel));

        Assert.Equal(ErrorCodes.Conflict, refused.Code);
        await own.Agents.GetAsync("taken", Cancel);
    }

    [Fact]
    public async Task A_token_that_was_issued_again_on_one_node_and_used_is_not_issued_again_on_another()
    {
        await using var first = Join(0);
        await using var second = Join(1);
        await first.Agents.RegisterAsync(new RegisterRequest { AgentId = "anew" }, Cancel);
        await second.Agents.GetAsync("anew", Cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        var again = await first.Agents.RegisterAsync(new RegisterRequest { AgentId = "anew" }, Cancel);
        await using var own = ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[0].Url, Token = again.Token });
        await own.Agents.GetAsync("anew", Cancel);
        await UntilAsync(async () => await _fleet.Database.AskAsync("SELECT 1 FROM tokens WHERE agent_id = 'anew' AND last_used_at IS NOT NULL", _fleet.DatabaseName) is not null);

        await Assert.ThrowsAsync<ParleyException>(() => second.Agents.RegisterAsync(new RegisterRequest { AgentId = "anew" }, Cancel));
    }

    [Fact]
    public async Task A_creation_sent_to_two_nodes_at_once_with_one_key_is_made_once()
    {
        using var http = new HttpClient();
        var conflicts = 0;
        for (var round = 0; round < 20; round++)
        {
            var title = $"once-{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(node => CreateAsync(http, node, title)));

            var made = answers.Where(answer => answer.Status == HttpStatusCode.Created).ToList();
            Assert.NotEmpty(made);
            // The same answer, or none yet.
            Assert.Single(made.Select(answer => answer.Body).Distinct());
            Assert.All(answers.Except(made), answer => Assert.Contains("\"conflict\"", answer.Body, StringComparison.Ordinal));
            conflicts += answers.Length - made.Count;
            Assert.Equal(made[0].Body, (await CreateAsync(http, round % 2, title)).Body);
        }

        await using var api = _fleet.Open(0);
        var titles = (await api.Executions.ListAsync(limit: 100, cancellationToken: Cancel)).Items.Select(execution => execution.Title).ToList();
        Assert.Equal(20, titles.Count(title => title?.StartsWith("once-", StringComparison.Ordinal) == true));
        Assert.True(conflicts > 0, "They were never at it at once.");
    }

    [Fact]
    public async Task An_agent_connected_to_one_node_is_online_on_the_other_and_gets_what_is_sent_there()
    {
        await using var first = _fleet.Open(0);
        await using var second = _fleet.Open(1);
        await using (var agent = await ConnectAsync(0, "near"))
        {
            await UntilAsync(async () => (await second.Agents.GetAsync("near", Cancel)).Status == AgentStatus.Online);
            await second.Messages.SendAsync(new SendRequest { To = ["near"], Content = "over there" }, Cancel);

            await foreach (var message in agent.ReceiveAsync(Cancel))
            {
                Assert.Equal("over there", message.Content);
                await message.AckAsync(confirm: true, Cancel);
                break;
            }
        }

        await UntilAsync(async () => (await second.Agents.GetAsync("near", Cancel)).Status == AgentStatus.Offline);
        Assert.Equal(0, (await first.Agents.GetAsync("near", Cancel)).Mailbox.Queued);
    }

    [Fact]
    public async Task A_request_is_answered_from_another_node()
    {
        await using var asking = await ConnectAsync(0, "asking");
        await using var answering = await ConnectAsync(1, "answering");
        using var handler = answering.OnMessage(null, (message, cancel) => message.ReplyAsync($"re: {message.Content}", cancellationToken: cancel));

        var reply = await asking.RequestAsync(new SendRequest { To = ["answering"], Content = "well?" }, TimeSpan.FromMinutes(2), Cancel);

        Assert.Equal("re: well?", Assert.IsType<RequestResult.Success>(reply).Reply.Content);
        await using var api = _fleet.Open(1);
        await UntilAsync(async () => (await api.Agents.GetAsync("asking", Cancel)).Mailbox is { Queued: 0, InFlight: 0 });
    }

    [Fact]
    public async Task Every_nodes_stream_shows_what_all_of_them_wrote_in_one_order()
    {
        const int each = 200;
        await using var first = _fleet.Open(0);
        await using var second = _fleet.Open(1);
        await first.Agents.RegisterAsync(new RegisterRequest { AgentId = "sink" }, Cancel);
        var begin = (await first.Messages.SendAsync(new SendRequest { To = ["sink"], Content = "begin" }, Cancel)).Seq;
        var reading = new[] { first, second }.Select(api => ReadAsync(api, begin, 2 * each)).ToArray();

        await Task.WhenAll(new[] { first, second }.Select(async api =>
        {
            for (var i = 0; i < each; i++)
                await api.Messages.SendAsync(new SendRequest { To = ["sink"], Content = "one of many" }, Cancel);
        }));

        var seen = await Task.WhenAll(reading).WaitAsync(Patience, Cancel);
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(seen[0].Order(), seen[0]);
    }

    private static async Task<List<long>> ReadAsync(ParleyApi api, long after, int count)
    {
        var seqs = new List<long>();
        await foreach (var entry in api.Streams.Project("default", new StreamOptions { After = $"{after}" }, Cancel))
        {
            if (entry.Message is { Content: "one of many" } message)
                seqs.Add(message.Seq);
            if (seqs.Count == count)
                break;
        }

        return seqs;
    }

    private async Task<(HttpStatusCode Status, string Body)> CreateAsync(HttpClient http, int node, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_fleet.Nodes[node].Url}/api/v1/executions")
        {
            Content = new StringContent($$"""{"title": "{{title}}"}""", Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", title }, { "Authorization", $"Bearer {_fleet.Token}" } },
        };
        using var answer = await http.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>As somebody who may make agents and be none.</summary>
    private ParleyApi Join(int node) => ParleyApi.Open(new ParleyOptions
    {
        Url = _fleet.Nodes[node].Url,
        Token = File.ReadAllText(Path.Combine(_fleet.Nodes[node].DataFolder, "join.token")).Trim(),
    });

    private async Task<ParleyAgent> ConnectAsync(int node, string id)
    {
        await using var api = _fleet.Open(0);
        var agent = await api.Agents.RegisterAsync(new RegisterRequest { AgentId = id }, Cancel);
        return await ParleyAgent.ConnectAsync(new ParleyOptions { Url = _fleet.Nodes[node].Url, Token = agent.Token, AgentId = id }, Cancel);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo) => Assert.True(await Until.TrueAsync(isSo, Patience, Cancel), $"Not so within {Patience.TotalSeconds} s.");

    public sealed class TwoNodes : IAsyncLifetime
    {
        internal Fleet Fleet { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Fleet = await Fleet.StartAsync(2, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => Fleet.DisposeAsync();
    }
}
