using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class TicketTests : IAsyncLifetime
{
    private const string Stream = "/api/v1/sse/events?types=a,b&project_id=red";

    private readonly TestClock _clock = new();
    private readonly MemoryTokenStore _store = new();
    private TokenVault _vault = null!;
    private Tickets _tickets = null!;
    private Caller _caller = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _vault = new TokenVault(_store, _clock, NullLogger<TokenVault>.Instance);
        await _vault.LoadAsync(Cancel);
        _tickets = await OpenTicketsAsync();
        _caller = _vault.Authenticate((await _vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel)).Token)!;
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/sse/events?types=a,b&project_id=red", true)]
    [InlineData("/api/v1/sse/events?types=a%2Cb&project_id=red", true)]
    [InlineData("/api/sse/events?types=a,b&project_id=red", true)]
    [InlineData("/api/v1/sse/events?types=a,b&project_id=blue", false)]
    [InlineData("/api/v1/sse/events?types=a,b", false)]
    [InlineData("/api/v1/sse/events?types=a,b&project_id=red&project_id=blue", false)]
    [InlineData("/api/v1/sse/events", false)]
    [InlineData("/api/v1/sse/thread/events?types=a,b&project_id=red", false)]
    public async Task A_ticket_opens_exactly_its_address(string address, bool isOpened)
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;

        Assert.Equal(isOpened ? _caller : null, (await OpenAsync(ticket, address))?.Caller);
    }

    [Fact]
    public async Task No_two_addresses_are_the_same_to_a_ticket()
    {
        var ticket = _tickets.Issue(_caller, "/api/v1/sse/events?types=a%0Aafter%3D1").Value;

        Assert.Null(await OpenAsync(ticket, "/api/v1/sse/events?types=a&after=1"));
    }

    [Theory]
    [InlineData("/api/v1/tokens")]
    [InlineData("/api/v1/agents?limit=1")]
    [InlineData("/api/v1/messages/ada")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/")]
    public async Task A_ticket_opens_nothing_but_streams_and_sockets(string address)
    {
        Assert.False(Tickets.IsOpenable(address));
        Assert.Null(await OpenAsync(_tickets.Issue(_caller, address).Value, address));
    }

    [Fact]
    public async Task A_ticket_opens_a_socket_once()
    {
        var ticket = _tickets.Issue(_caller, "/ws/ada").Value;

        var visits = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await OpenAsync(ticket, "/ws/ada"))));

        await Assert.Single(visits, visit => visit is not null)!.EndAsync();
        Assert.Null(await OpenAsync(ticket, "/ws/ada"));
        _tickets = await OpenTicketsAsync();
        Assert.Null(await OpenAsync(ticket, "/ws/ada"));
    }

    [Fact]
    public async Task A_ticket_opens_a_socket_at_one_server_only()
    {
        var there = await OpenTicketsAsync();
        var ticket = _tickets.Issue(_caller, "/ws/ada").Value;
        Assert.NotNull(await OpenAsync(ticket, "/ws/ada"));

        _tickets = there;

        Assert.Null(await OpenAsync(ticket, "/ws/ada"));
    }

    [Fact]
    public async Task A_ticket_is_opened_within_30_seconds_or_never()
    {
        var ticket = _tickets.Issue(_caller, Stream);
        Assert.Equal(_clock.GetUtcNow().AddSeconds(30), ticket.ExpiresAt);

        _clock.Advance(TimeSpan.FromSeconds(30.001));

        Assert.Null(await OpenAsync(ticket.Value, Stream));
    }

    [Fact]
    public async Task A_ticket_opens_its_stream_again_until_five_minutes_after_it_was_last_open()
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;
        var visit = await OpenAsync(ticket, Stream);

        // Open for days, by two connections that overlap.
        _clock.Advance(TimeSpan.FromDays(2));
        var second = await OpenAsync(ticket, Stream);
        await visit!.EndAsync();
        _clock.Advance(TimeSpan.FromDays(2));
        await second!.EndAsync();

        _clock.Advance(TimeSpan.FromMinutes(5));
        await (await OpenAsync(ticket, Stream))!.EndAsync();
        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(1));
        Assert.Null(await OpenAsync(ticket, Stream));
    }

    [Fact]
    public async Task A_ticket_ends_with_its_token()
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;
        Assert.NotNull(await OpenAsync(ticket, Stream));

        await _vault.RevokeAsync([_caller.TokenId], Cancel);

        Assert.Null(await OpenAsync(ticket, Stream));
    }

    [Fact]
    public async Task An_open_page_survives_the_restart_of_the_server_and_a_closed_one_does_not()
    {
        var (open, closed, unopened) = (_tickets.Issue(_caller, Stream).Value, _tickets.Issue(_caller, Stream).Value, _tickets.Issue(_caller, Stream).Value);
        await OpenAsync(open, Stream);
        await (await OpenAsync(closed, Stream))!.EndAsync();
        _clock.Advance(TimeSpan.FromHours(5));

        _tickets = await OpenTicketsAsync();
        _clock.Advance(TimeSpan.FromMinutes(4));

        Assert.NotNull(await OpenAsync(open, Stream));
        Assert.Null(await OpenAsync(closed, Stream));
        Assert.Null(await OpenAsync(unopened, Stream));
    }

    [Fact]
    public async Task A_page_that_one_server_opened_comes_back_at_another_of_the_same_store()
    {
        var here = _tickets;
        var there = await OpenTicketsAsync();
        var (opened, unopened) = (here.Issue(_caller, Stream).Value, here.Issue(_caller, Stream).Value);
        await OpenAsync(opened, Stream);
        _clock.Advance(TimeSpan.FromMinutes(50));

        _tickets = there;

        Assert.NotNull(await OpenAsync(opened, Stream));
        Assert.Null(await OpenAsync(unopened, Stream));
    }

    [Fact]
    public async Task One_token_can_not_fill_the_memory_with_opened_tickets()
    {
        string newest = "";
        for (var i = 0; i < 2500; i++)
        {
            await OpenAsync(newest = _tickets.Issue(_caller, Stream).Value, Stream);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_store.Opened.Count, 1, 1000);
        Assert.NotNull(await OpenAsync(newest, Stream));
    }

    [Fact]
    public async Task A_ticket_opens_its_stream_while_the_store_can_not_write()
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;
        _store.Fault = new StorageUnavailableException();

        Assert.NotNull(await OpenAsync(ticket, Stream));
    }

    [Fact]
    public async Task A_ticket_of_another_key_opens_nothing()
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;

        _tickets = await OpenTicketsAsync("another key that is long enough to be one");

        Assert.Null(await OpenAsync(ticket, Stream));
    }

    [Fact]
    public async Task A_ticket_with_any_letter_changed_opens_nothing()
    {
        var ticket = _tickets.Issue(_caller, Stream).Value;

        // The last letter of each part carries bits that decode to nothing.
        for (var at = 0; at < ticket.Length - 1; at++)
        {
            if (ticket[at + 1] == '.')
                continue;
            var changed = string.Concat(ticket.AsSpan(0, at), ticket[at] == 'A' ? "B" : "A", ticket.AsSpan(at + 1));
            Assert.Null(await OpenAsync(changed, Stream));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.b")]
    [InlineData("....")]
    [InlineData("AAAA\u0000.AAAA")]
    public async Task An_invalid_ticket_opens_nothing(string text) => Assert.Null(await OpenAsync(text, Stream));

    [Fact]
    public async Task A_browser_gets_a_ticket_and_opens_its_stream_with_it()
    {
        await using var host = await StartAsync();
        var token = await host.IssueAsync(TokenKind.Agent);

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/tickets", token.Token, Json("""{"path": "/api/v1/sse/stream"}"""));
        var ticket = System.Text.Json.JsonSerializer.Deserialize(answer.Text, WireJson.Lenient.Ticket)!.Value;

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("ada", (await host.GetAsync($"/api/v1/sse/stream?ticket={ticket}")).Text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync($"/api/v1/sse/other?ticket={ticket}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync(HttpMethod.Post, $"/api/v1/sse/stream?ticket={ticket}")).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"path": "https://evil.example.com/api/v1/sse/stream"}""")]
    [InlineData("""{"path": "//evil.example.com"}""")]
    [InlineData("""{"path": "sse/stream"}""")]
    [InlineData("""{"path": "/api/v1/sse/stream#x"}""")]
    [InlineData("""{"path": "/api/v1/tokens"}""")]
    [InlineData("""{"path": "/api/v1/messages/ada"}""")]
    public async Task A_ticket_is_for_a_stream_or_a_socket_of_this_server(string json)
    {
        await using var host = await StartAsync();

        Assert.True((await host.PostAsync("/api/v1/tickets", json)).Problem.Errors!.ContainsKey("path"));
    }

    [Fact]
    public async Task The_key_is_in_a_separate_file_and_a_copied_store_opens_nothing_without_it()
    {
        var folder = Directory.CreateTempSubdirectory("parley-").FullName;
        try
        {
            var (first, second) = (Path.Combine(folder, "first"), Path.Combine(folder, "second"));
            var ticket = (await OpenTicketsAsync(keyFolder: first)).Issue(_caller, Stream).Value;
            var file = Path.Combine(first, "ticket.key");
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

            async Task<bool> IsOpenedAsync(string where)
            {
                _tickets = await OpenTicketsAsync(keyFolder: where);
                return await OpenAsync(ticket, Stream) is not null;
            }

            // The same store throughout: with the key that is in it, and with another file, the ticket is none.
            _tickets = await OpenTicketsAsync();
            Assert.Null(await OpenAsync(ticket, Stream));
            Assert.False(await IsOpenedAsync(second));
            Assert.True(await IsOpenedAsync(first));

            // What is no key is replaced, and signs nothing.
            await File.WriteAllTextAsync(file, "abc", Cancel);
            Assert.False(await IsOpenedAsync(first));
            Assert.Equal(64, (await File.ReadAllTextAsync(file, Cancel)).Trim().Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<EdgeHost> StartAsync() => EdgeHost.StartAsync(api =>
    {
        api.MapGet("/sse/stream", (HttpContext http) => Caller.Of(http).AgentId).Allow(Permission.ReadMessages, own: "itself");
        api.MapPost("/sse/stream", (HttpContext http) => Caller.Of(http).AgentId).Allow(Permission.Send, own: "itself");
        api.MapGet("/sse/other", (HttpContext http) => Caller.Of(http).AgentId).Allow(Permission.ReadMessages, own: "itself");
    });

    private static StringContent Json(string json) => new(json, null, "application/json");

    private async Task<Tickets> OpenTicketsAsync(string? secretKey = null, string? keyFolder = null)
    {
        var key = new SigningKey(_store);
        await key.LoadAsync(secretKey, keyFolder, Cancel);
        var tickets = new Tickets(_store, _vault, key, _clock, NullLogger<Tickets>.Instance);
        await tickets.LoadAsync(Cancel);
        return tickets;
    }

    private ValueTask<TicketVisit?> OpenAsync(string ticket, string address)
    {
        var mark = address.IndexOf('?', StringComparison.Ordinal);
        var path = PathString.FromUriComponent(mark < 0 ? address : address[..mark]);
        var query = mark < 0 ? $"?ticket={ticket}" : $"{address[mark..]}&ticket={ticket}";
        return _tickets.OpenAsync(ticket, path, new QueryString(query), Cancel);
    }
}
