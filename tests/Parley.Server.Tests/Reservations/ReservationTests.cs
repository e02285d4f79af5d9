using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Reservations.Reserving;

namespace Parley.Server.Tests.Reservations;

/// <summary>Who holds which paths, who waits, and who is told.</summary>
public abstract class ReservationTests(StorageUnderTest storage)
{
    [Fact]
    public async Task Paths_are_reserved_renewed_and_released()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var fe = await host.RegisterAsync("fe");

        var made = Read(await ReserveAsync(host, fe, """{"paths": ["src/login/**", "docs"], "ttl_seconds": 60, "reason": "The login page"}"""), HttpStatusCode.Created);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        var renewed = Read(await host.SendAsync(HttpMethod.Post, $"{Api}/{made.ReservationId}/renew", fe, $$"""{"fence": {{made.Fence}}}"""));
        var released = Read(await host.SendAsync(HttpMethod.Delete, $"{Api}/{made.ReservationId}", fe));
        var again = Read(await host.SendAsync(HttpMethod.Delete, $"{Api}/{made.ReservationId}", fe));

        Assert.Equal(("fe", ReservationMode.Exclusive, ReservationStatus.Active, "The login page", 60), (made.AgentId, made.Mode, made.Status, made.Reason, made.TtlSeconds));
        Assert.Equal(["src/login/**", "docs"], made.Paths);
        Assert.Equal(made.Version, made.Fence);
        Assert.Equal((host.Clock.GetUtcNow() + TimeSpan.FromSeconds(60), made.Fence), (renewed.ExpiresAt, renewed.Fence));
        Assert.Equal((ReservationStatus.Released, null, made.Fence), (released.Status, released.ExpiresAt, released.Fence));
        Assert.Equal(released.Version, again.Version);
        (await host.SendAsync(HttpMethod.Post, $"{Api}/{made.ReservationId}/renew", fe)).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
    }

    [Fact]
    public async Task A_clash_says_who_holds_what_until_when_and_tells_the_holder_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (fe, be) = (await host.RegisterAsync("fe"), await host.RegisterAsync("be"));
        var held = Read(await ReserveAsync(host, fe, """{"paths": ["src/**/*.cs"]}"""), HttpStatusCode.Created);

        var refused = (await ReserveAsync(host, be, """{"paths": ["docs", "src/a/*.c?"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        (await ReserveAsync(host, be, """{"paths": ["src"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        Assert.Contains("held by 'fe' until", refused.Detail, StringComparison.Ordinal);
        Assert.Contains(held.ReservationId, Assert.Single(refused.Errors!["paths[1]"]), StringComparison.Ordinal);
        Assert.DoesNotContain("paths[0]", refused.Errors!.Keys);
        // Of all or none, nothing was reserved.
        Read(await ReserveAsync(host, fe, """{"paths": ["docs"]}"""), HttpStatusCode.Created);
        var told = Assert.Single(await InboxAsync(host, "fe", fe), message => message.MessageType == "reservation_wanted");
        Assert.Equal(held.ReservationId, told.Payload!.Value.GetProperty("reservation_id").GetString());
        Assert.Equal("be", told.Payload.Value.GetProperty("agent_id").GetString());
        Assert.Equal(["be"], (await GetAsync(host, fe, held.ReservationId)).WantedBy);
    }

    [Fact]
    public async Task Agents_share_paths_but_not_with_one_that_wants_them_alone()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"));
        Read(await ReserveAsync(host, a, """{"paths": ["src"], "mode": "shared"}"""), HttpStatusCode.Created);
        Read(await ReserveAsync(host, b, """{"paths": ["src/b"], "mode": "shared"}"""), HttpStatusCode.Created);

        (await ReserveAsync(host, c, """{"paths": ["src/b/c.cs"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        // An agent does not stand in its own way.
        Read(await ReserveAsync(host, a, """{"paths": ["src/a"]}"""), HttpStatusCode.Created);
    }

    [Fact]
    public async Task Those_who_wait_have_their_turn_in_order_and_nobody_passes_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c, d) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"), await host.RegisterAsync("d"));
        var first = Read(await ReserveAsync(host, a, """{"paths": ["src/x"]}"""), HttpStatusCode.Created);
        var second = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);
        // It does not clash with what is held, but it would pass the one that waits.
        var third = Read(await ReserveAsync(host, c, """{"paths": ["src/y"], "wait": true}"""), HttpStatusCode.Accepted);
        var refused = (await ReserveAsync(host, d, """{"paths": ["src/z"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Contains("who has waited for longer", refused.Detail, StringComparison.Ordinal);
        Assert.Null(second.ExpiresAt);

        await host.SendAsync(HttpMethod.Delete, $"{Api}/{first.ReservationId}", a);
        var turn = await GetAsync(host, b, second.ReservationId);
        var waits = await GetAsync(host, c, third.ReservationId);
        await host.SendAsync(HttpMethod.Delete, $"{Api}/{second.ReservationId}", b);

        Assert.Equal((ReservationStatus.Active, host.Clock.GetUtcNow() + TimeSpan.FromSeconds(900)), (turn.Status, turn.ExpiresAt));
        Assert.Equal(ReservationStatus.Waiting, waits.Status);
        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, c, third.ReservationId)).Status);
        Assert.True(first.Fence < turn.Fence && turn.Fence < third.Fence);
        var told = Assert.Single(await InboxAsync(host, "b", b), message => message.MessageType == "reservation_granted");
        Assert.Equal(turn.Fence, told.Payload!.Value.GetProperty("fence").GetInt64());
    }

    [Fact]
    public async Task One_that_is_not_renewed_ends_and_the_next_has_its_turn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"], "ttl_seconds": 10}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);
        host.Clock.Advance(TimeSpan.FromSeconds(10));

        // Whoever asks next finds out, even if nobody has looked since.
        (await ReserveAsync(host, c, """{"paths": ["src/c"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        Assert.Equal(ReservationStatus.Expired, (await GetAsync(host, a, held.ReservationId)).Status);
        await Polling.UntilAsync(() => "the one that waits to have its turn", async () => (await GetAsync(host, b, waits.ReservationId)).Status == ReservationStatus.Active);
        (await host.SendAsync(HttpMethod.Post, $"{Api}/{held.ReservationId}/renew", a)).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
    }

    [Fact]
    public async Task Of_many_that_reserve_at_once_one_gets_the_paths()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => host.RegisterAsync($"agent-{number}")));

        var answers = await Task.WhenAll(tokens.Select((token, number) => ReserveAsync(host, token, $$"""{"paths": ["src/{{(number % 2 == 0 ? "**" : "*.cs")}}"], "wait": true}""")));

        // Those that ask for *.cs alone clash with each other as well.
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(9, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task A_deleted_agent_holds_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
        Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);

        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/a", a);

        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, b, waits.ReservationId)).Status);
    }

    [Fact]
    public async Task A_check_finds_what_keeps_an_agent_from_changing_files()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src/**/*.cs"]}"""), HttpStatusCode.Created);
        Read(await ReserveAsync(host, a, """{"paths": ["docs"], "mode": "shared"}"""), HttpStatusCode.Created);
        const string Files = """{"files": ["README.md", "src/a.cs", "src/b/c.cs", "docs/x.md", "src/*"]}""";

        var clash = Assert.Single((await host.SendAsync(HttpMethod.Post, $"{Api}/check", b, Files)).As(WireJson.Lenient.ReservationClashes).Items);
        Assert.Equal(("src/a.cs", 2, held.ReservationId), (clash.File, clash.Files, clash.Reservation.ReservationId));
        Assert.Empty((await host.SendAsync(HttpMethod.Post, $"{Api}/check", a, Files)).As(WireJson.Lenient.ReservationClashes).Items);
    }

    [Fact]
    public async Task Nobody_touches_the_reservation_of_another_except_people()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, human) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.TokenAsync(TokenKind.Operator));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);

        (await host.SendAsync(HttpMethod.Delete, $"{Api}/{held.ReservationId}", b)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        (await host.SendAsync(HttpMethod.Post, $"{Api}/{held.ReservationId}/renew", b)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        (await ReserveAsync(host, b, """{"paths": ["docs"], "agent_id": "a"}""")).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        Read(await host.SendAsync(HttpMethod.Delete, $"{Api}/{held.ReservationId}", human));
        Assert.Equal("human", Read(await ReserveAsync(host, human, """{"paths": ["docs"]}"""), HttpStatusCode.Created).AgentId);
        Assert.Equal("a", Read(await ReserveAsync(host, human, """{"paths": ["src"], "agent_id": "a"}"""), HttpStatusCode.Created).AgentId);
    }

    [Fact]
    public async Task Reservations_outlive_the_server()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string a, b, id;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
            id = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created).ReservationId;
        }

        await using var next = await ConceptHost.StartAsync(data, clock);
        (await ReserveAsync(next, b, """{"paths": ["src/a.cs"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Read(await next.SendAsync(HttpMethod.Delete, $"{Api}/{id}", a));
        Read(await ReserveAsync(next, b, """{"paths": ["src/a.cs"]}"""), HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("""{}""", "paths")]
    [InlineData("""{"paths": []}""", "paths")]
    [InlineData("""{"paths": ["a", "/b"]}""", "paths[1]")]
    [InlineData("""{"paths": ["a"], "ttl_seconds": 0}""", "ttl_seconds")]
    [InlineData("""{"paths": ["a"], "ttl_seconds": 86401}""", "ttl_seconds")]
    [InlineData("""{"paths": ["a"], "reason": "two\nlines"}""", "reason")]
    public async Task What_is_wrong_with_a_request_is_named(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var answer = await ReserveAsync(host, await host.RegisterAsync("a"), json);
        Assert.Contains(field, answer.Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest).Errors!.Keys);
    }

    [Fact]
    public async Task Case_is_what_the_project_says()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, admin) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.TokenAsync(TokenKind.Admin));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["Makefile"]}"""), HttpStatusCode.Created);
        Read(await ReserveAsync(host, b, """{"paths": ["makefile"]}"""), HttpStatusCode.Created);

        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"reservations_ignore_case": true}}""");

        var refused = (await ReserveAsync(host, b, """{"paths": ["MAKEFILE"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Contains(held.ReservationId, refused.Detail, StringComparison.Ordinal);
    }
}

public sealed class SqliteReservationTests() : ReservationTests(new OnSqlite());

public sealed class PostgresReservationTests(PostgresDatabases databases) : ReservationTests(new OnPostgres(databases));
