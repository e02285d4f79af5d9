using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>How an agent comes to be by a command, and whose token it then acts with.</summary>
public sealed class ActorTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly string _elsewhere = Directory.CreateTempSubdirectory("parley-elsewhere-").FullName;

    /// <summary>Another machine, which knows the server's address alone.</summary>
    private Dictionary<string, string> Elsewhere => new()
    {
        ["PARLEY_DATA"] = Path.Combine(_elsewhere, "data"),
        ["XDG_CONFIG_HOME"] = Path.Combine(_elsewhere, "config"),
        ["PARLEY_URL"] = server.Url,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_elsewhere, recursive: true);

    [Fact]
    public async Task The_acting_agent_is_registered_on_first_use_and_that_is_reported_once()
    {
        var first = await server.RunAsync("inbox", "--as", "bob");
        var sent = await server.RunAsync("send", "bob", "The build is red.", "--as", "ada", "--json");
        var again = await server.RunAsync("inbox", "--as", "bob", "--json");

        Assert.Equal((0, ""), (first.ExitCode, first.Output));
        Assert.Contains("Registered agent 'bob'.", first.Error, StringComparison.Ordinal);
        Assert.Equal("Registered agent 'ada'.", sent.Error.Trim());
        Assert.NotNull(JsonSerializer.Deserialize(sent.Output, WireJson.Lenient.SendAnswer)!.MessageId);
        Assert.Equal("", again.Error);
        var message = Assert.Single(JsonSerializer.Deserialize(again.Output, WireJson.Lenient.Inbox)!.Items).Message;
        Assert.Equal(("ada", "bob", "The build is red."), (message.SenderId, message.RecipientId, message.Content));
    }

    [Fact]
    public async Task A_recipient_is_never_registered_and_a_similar_one_is_suggested()
    {
        await server.RunAsync("register", "carol");

        var run = await server.RunAsync("send", "carlo", "Hello", "--as", "dave");

        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("Did you mean 'carol'?", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\"carlo\"", (await server.RunAsync("agents", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operators_inbox_is_not_registered_as_an_agent()
    {
        var run = await server.RunAsync("inbox", "--as", "human");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("Registered", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await server.RunAsync("register", "human")).ExitCode);
        Assert.Equal(2, (await server.RunAsync("inbox", "--as", "online")).ExitCode);
    }

    [Fact]
    public async Task What_an_agent_stores_is_stored_under_its_name()
    {
        var set = await server.RunAsync("memory", "set", "plan", "done", "--as", "erin", "--json");

        Assert.Equal("erin", JsonSerializer.Deserialize(set.Output, WireJson.Lenient.MemoryEntry)!.UpdatedBy);
    }

    [Fact]
    public async Task The_command_line_and_the_SDK_are_the_same_agents()
    {
        Assert.Equal(0, (await server.RunAsync("register", "frank", "--name", "Frank the Tester")).ExitCode);
        var options = new ParleyOptions { DataFolder = server.DataFolder, ConfigFolder = Path.Combine(server.Environment["XDG_CONFIG_HOME"], "parley") };
        await using var frank = await ParleyAgent.ConnectAsync(options with { AgentId = "frank" }, Cancel);
        await using var grace = await ParleyAgent.ConnectAsync(options with { AgentId = "grace" }, Cancel);

        await grace.SendAsync("Frank the Tester", "Hello", cancellationToken: Cancel);
        await foreach (var message in frank.ReceiveAsync(cancellationToken: Cancel))
        {
            Assert.Equal("grace", message.Message.SenderId);
            await message.AckAsync(confirm: true, Cancel);
            break;
        }

        var set = await server.RunAsync("memory", "set", "greeting", "said", "--as", "grace", "--json");
        Assert.Equal(("", "grace"), (set.Error, JsonSerializer.Deserialize(set.Output, WireJson.Lenient.MemoryEntry)!.UpdatedBy));
    }

    [Fact]
    public async Task Register_says_what_it_did_and_what_to_type_next()
    {
        var made = await server.RunAsync("register", "heidi", "--role", "tester");
        var again = await server.RunAsync("register", "heidi");
        var changed = await server.RunAsync("register", "heidi", "--capability", "review", "--capability", "go", "--json");

        Assert.Equal(0, made.ExitCode);
        Assert.StartsWith("Registered agent 'heidi'. Its token is kept in ", made.Output, StringComparison.Ordinal);
        Assert.Contains("parley inbox --wait 60 --as heidi", made.Error, StringComparison.Ordinal);
        Assert.Equal("Agent 'heidi' was registered on this machine before; nothing was changed.", again.Output.Trim());
        var agent = JsonSerializer.Deserialize(changed.Output, WireJson.Lenient.Agent)!;
        Assert.Equal(("tester", null), (agent.Role, agent.Token));
        Assert.Equal(["review", "go"], agent.Capabilities);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_with_what_to_do()
    {
        await server.RunAsync("register", "ivan");
        var stranger = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = Path.Combine(_elsewhere, "config") };
        var joiner = Elsewhere;
        joiner["PARLEY_TOKEN"] = await TokenAsync("join");
        await server.RunAsync("inbox", "--as", "ivan");

        foreach (var run in new[] { await server.RunAsync(stranger, "register", "ivan"), await server.RunAsync(joiner, "register", "ivan") })
        {
            Assert.Equal((7, ""), (run.ExitCode, run.Output));
            Assert.Contains("There is already an agent 'ivan'", run.Error, StringComparison.Ordinal);
            Assert.Contains("parley token create --kind agent --agent ivan", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_invalid_id_is_refused_with_a_valid_suggestion()
    {
        var run = await server.RunAsync("register", "Backend Developer");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("parley register Backend-Developer --name \"Backend Developer\"", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elsewhere_an_agent_needs_a_token_once()
    {
        var none = await server.RunAsync(Elsewhere, "inbox", "--as", "judy");
        var joiner = Elsewhere;
        joiner["PARLEY_TOKEN"] = await TokenAsync("join");
        var made = await server.RunAsync(joiner, "register", "judy");
        var withJoin = await server.RunAsync(joiner, "send", "judy", "To myself.", "--as", "judy");
        var without = await server.RunAsync(Elsewhere, "inbox", "--as", "judy", "--ack");

        Assert.Equal((5, ""), (none.ExitCode, none.Output));
        Assert.Contains("set PARLEY_TOKEN", none.Error, StringComparison.Ordinal);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.True(withJoin.ExitCode == 0, withJoin.Error);
        Assert.True(without.ExitCode == 0, without.Error);
        Assert.Contains("To myself.", without.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_token_that_is_no_longer_valid_is_replaced()
    {
        await server.RunAsync("register", "mallory");
        var stale = Path.GetFileName(Directory.GetFiles(Path.Combine(server.Environment["XDG_CONFIG_HOME"], "parley", "agents"), "mallory-*").Single());
        await File.WriteAllTextAsync(Path.Combine(server.Environment["XDG_CONFIG_HOME"], "parley", "agents", stale), "mallory\nparley_agent_void\n", Cancel);

        // Its operator may act as anyone, and needs no token of the agent's.
        Assert.Equal(0, (await server.RunAsync("inbox", "--as", "mallory")).ExitCode);
    }

    private async Task<string> TokenAsync(string kind) => (await server.RunAsync("token", "create", "--kind", kind, "--project", "default")).Output.Trim();
}
