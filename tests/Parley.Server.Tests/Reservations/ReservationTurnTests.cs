using System.Net;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Reservations;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Reservations.Reserving;

namespace Parley.Server.Tests.Reservations;

/// <summary>That everybody has a turn, once, whatever happens in between.</summary>
public abstract class ReservationTurnTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Both have read that nobody holds the paths before either of them writes, as two nodes may.</summary>
    [Fact]
    public async Task Of_two_that_find_the_paths_free_one_gets_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("a");
        await host.RegisterAsync("b");
        var store = new MeetingStore(host.Get<IEntityStore>(), meeting: 2);
        var request = new ReservationRequest { Paths = ["src"] };

        var results = await Task.WhenAll(new[] { "a", "b" }.Select(async agent => await
            new ReservationBoard(new EntityBoard<Reservation>(ReservationKinds.Reservation, store), store, host.Clock)
                .CreateAsync(host.Default, 0, ReservationRules.Create(request, agent), [GlobCases.Glob("src")], waits: false, Cancel)));

        Assert.Single(results, result => result.TryGet(out _, out _));
        Assert.Contains("is held by", results.Select(result => result.TryGet(out _, out var problem) ? null : problem.Detail).Single(detail => detail is not null)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reservation_expires_once_and_the_next_is_told_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"], "ttl_seconds": 10}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true, "ttl_seconds": 3600}"""), HttpStatusCode.Accepted);
        host.Clock.Advance(TimeSpan.FromSeconds(10));

        // All that may find it: the clock of the store, those who ask, and those who follow.
        var (board, id) = (host.Get<ReservationBoard>(), Guid.Parse(held.ReservationId));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await board.ExpireAsync(host.Default, id, Cancel)));
        await Polling.UntilAsync(() => "the one that waits to have its turn", async () => (await GetAsync(host, b, waits.ReservationId)).Status == ReservationStatus.Active);

        var types = (await host.LogAsync()).Where(entry => entry.Kind == ReservationKinds.Reservation.Entry).Select(entry => entry.Type).ToList();
        Assert.Single(types, ReservationKinds.ExpiredType);
        Assert.Single(types, ReservationKinds.GrantedType);
        Assert.Single(await InboxAsync(host, "b", b), message => message.MessageType == "reservation_granted");
    }

    [Fact]
    public async Task One_that_is_renewed_in_time_does_not_expire()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var a = await host.RegisterAsync("a");
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"], "ttl_seconds": 10}"""), HttpStatusCode.Created);
        for (var i = 0; i < 5; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(9));
            Read(await host.SendAsync(HttpMethod.Post, $"{Api}/{held.ReservationId}/renew", a));
        }

        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, a, held.ReservationId)).Status);
    }

    /// <summary>Killed after the end of a reservation is stored, and before anybody has the turn.</summary>
    [Fact]
    public async Task Those_that_a_killed_node_left_waiting_have_their_turn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(host, b, """{"paths": ["src/b"], "wait": true, "ttl_seconds": 86400}"""), HttpStatusCode.Accepted);
        await host.Get<EntityBoard<Reservation>>().ChangeAsync(
            host.Default.Number, Guid.Parse(held.ReservationId), 0, present => ReservationRules.Release(present!.Value, null), Cancel);
        Assert.Equal(ReservationStatus.Waiting, (await GetAsync(host, b, waits.ReservationId)).Status);

        await Polling.UntilAsync(() => "the one that waits to have its turn", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await GetAsync(host, b, waits.ReservationId)).Status == ReservationStatus.Active;
        });
    }

    [Fact]
    public async Task A_full_mailbox_is_told_of_the_turn_all_the_same()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, admin) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.TokenAsync(TokenKind.Admin));
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 1}}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", a, """{"to": "b", "content": "It is full."}""");
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);

        await ReleaseAsync(host, a, held.ReservationId);

        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, b, waits.ReservationId)).Status);
        Assert.Contains(await InboxAsync(host, "b", b), message => message.MessageType == "reservation_granted");
    }

    [Fact]
    public async Task Who_waits_behind_one_that_waits_is_told_to_it_with_its_turn()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);
        var second = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);
        Read(await ReserveAsync(host, c, """{"paths": ["src/c"], "wait": true}"""), HttpStatusCode.Accepted);
        // It does not hold anything that it could release.
        Assert.Empty(await InboxAsync(host, "b", b));

        await ReleaseAsync(host, a, held.ReservationId);

        var told = Assert.Single(await InboxAsync(host, "b", b));
        Assert.Contains("Wanted next by c.", told.Content, StringComparison.Ordinal);
        Assert.Equal("c", Assert.Single(told.Payload!.Value.GetProperty("wanted_by").EnumerateArray()).GetString());
        Assert.Equal(["c"], (await GetAsync(host, b, second.ReservationId)).WantedBy);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_lets_the_next_pass()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"));
        Read(await ReserveAsync(host, a, """{"paths": ["src/a"]}"""), HttpStatusCode.Created);
        var second = Read(await ReserveAsync(host, b, """{"paths": ["src"], "wait": true}"""), HttpStatusCode.Accepted);
        var third = Read(await ReserveAsync(host, c, """{"paths": ["src/c"], "wait": true}"""), HttpStatusCode.Accepted);
        (await host.SendAsync(HttpMethod.Post, $"{Api}/{second.ReservationId}/renew", b)).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);

        await ReleaseAsync(host, b, second.ReservationId);

        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, c, third.ReservationId)).Status);
    }

    [Fact]
    public async Task All_that_share_have_their_turn_at_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b, c) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"), await host.RegisterAsync("c"));
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);
        var second = Read(await ReserveAsync(host, b, """{"paths": ["src"], "mode": "shared", "wait": true}"""), HttpStatusCode.Accepted);
        var third = Read(await ReserveAsync(host, c, """{"paths": ["src"], "mode": "shared", "wait": true}"""), HttpStatusCode.Accepted);

        await ReleaseAsync(host, a, held.ReservationId);

        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, b, second.ReservationId)).Status);
        Assert.Equal(ReservationStatus.Active, (await GetAsync(host, c, third.ReservationId)).Status);
    }

    [Fact]
    public async Task A_wrong_fence_neither_renews_nor_releases()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var a = await host.RegisterAsync("a");
        var held = Read(await ReserveAsync(host, a, """{"paths": ["src"]}"""), HttpStatusCode.Created);

        (await host.SendAsync(HttpMethod.Post, $"{Api}/{held.ReservationId}/renew", a, $$"""{"fence": {{held.Fence + 1}}}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        (await host.SendAsync(HttpMethod.Delete, $"{Api}/{held.ReservationId}?fence={held.Fence + 1}", a)).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);

        Assert.Equal((ReservationStatus.Active, held.Version), ((await GetAsync(host, a, held.ReservationId)).Status, held.Version));
    }

    [Fact]
    public async Task An_agent_holds_200_and_no_more()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (a, b) = (await host.RegisterAsync("a"), await host.RegisterAsync("b"));
        var first = Read(await ReserveAsync(host, a, """{"paths": ["0"]}"""), HttpStatusCode.Created);
        for (var i = 1; i < ReservationRules.MostLive; i++)
            Read(await ReserveAsync(host, a, $$"""{"paths": ["{{i}}"]}"""), HttpStatusCode.Created);

        var refused = (await ReserveAsync(host, a, """{"paths": ["more"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        Assert.Contains("Release some", refused.Detail, StringComparison.Ordinal);
        Read(await ReserveAsync(host, b, """{"paths": ["more"]}"""), HttpStatusCode.Created);
        await ReleaseAsync(host, a, first.ReservationId);
        Read(await ReserveAsync(host, a, """{"paths": ["0"]}"""), HttpStatusCode.Created);
    }
}

public sealed class SqliteReservationTurnTests() : ReservationTurnTests(new OnSqlite());

public sealed class PostgresReservationTurnTests(PostgresDatabases databases) : ReservationTurnTests(new OnPostgres(databases));
