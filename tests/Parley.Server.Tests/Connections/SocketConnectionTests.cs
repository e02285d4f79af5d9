using System.Net.WebSockets;
using System.Reflection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Limits;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Server.Tests.Connections;

/// <summary>How a connection claims: one claim at a time, within its window, and never asleep while there is work and room.</summary>
public sealed class SocketConnectionTests : IDisposable
{
    private readonly WebSocket _socket = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });
    private readonly Claims _claims = new();
    private readonly AgentState _agent = new(new AgentRecord { Number = 7, Project = 1, Id = "ada", Name = "ada", Type = "llm", Capabilities = [], CreatedAt = default });
    private readonly IDeliveryStore _store;
    private SocketConnection _connection;

    public SocketConnectionTests()
    {
        _store = DispatchProxy.Create<IDeliveryStore, ClaimingStore>();
        ((ClaimingStore)_store).Claims = _claims;
        _connection = Connect(window: 8);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _connection.Dispose();
        _socket.Dispose();
    }

    [Fact]
    public void A_wake_claims_what_the_window_has_room_for()
    {
        _connection.Wake();
        var order = Assert.Single(_claims.Orders);
        Assert.Equal((1, 7, 8, _connection), (order.Project, order.Agent, order.Max, order.Holder));

        _claims.Next.SetResult(Deliveries(3));
        _connection.Wake();
        Assert.Equal(5, _claims.Orders[^1].Max);
    }

    [Fact]
    public void A_wake_during_a_claim_is_followed_by_another_claim()
    {
        _connection.Wake();
        // It may tell of a message that the claim under way did not see.
        _connection.Wake();
        Assert.Single(_claims.Orders);

        _claims.Next.SetResult([]);
        Assert.Equal(2, _claims.Orders.Count);
        _claims.Next.SetResult([]);
        Assert.Equal(2, _claims.Orders.Count);
    }

    [Fact]
    public void Any_number_of_wakes_during_a_claim_make_one_more_and_never_two_at_a_time()
    {
        _connection.Wake();
        for (var i = 0; i < 10; i++)
            _connection.Wake();
        Assert.Single(_claims.Orders);
        _claims.Next.SetResult(Deliveries(1));
        Assert.Equal(2, _claims.Orders.Count);
        _claims.Next.SetResult(Deliveries(1));
        Assert.Equal(2, _claims.Orders.Count);
    }

    [Fact]
    public void A_claim_that_got_all_it_requested_is_followed_by_another_once_half_the_window_is_free()
    {
        _connection.Wake();
        _claims.Next.SetResult(Deliveries(8));
        for (var i = 0; i < 3; i++)
            _connection.Released();
        Assert.Single(_claims.Orders);

        _connection.Released();
        Assert.Equal(2, _claims.Orders.Count);
        Assert.Equal(4, _claims.Orders[^1].Max);
    }

    [Fact]
    public void An_empty_mailbox_is_not_queried_again_for_every_acknowledgment()
    {
        _connection.Wake();
        _claims.Next.SetResult(Deliveries(7));
        for (var i = 0; i < 7; i++)
            _connection.Released();
        Assert.Single(_claims.Orders);
    }

    [Fact]
    public void Acknowledgments_during_a_claim_leave_room_for_the_next_claim()
    {
        _connection.Wake();
        _claims.Next.SetResult(Deliveries(6));
        _connection.Wake();
        Assert.Equal(2, _claims.Orders[^1].Max);
        for (var i = 0; i < 6; i++)
            _connection.Released();

        _claims.Next.SetResult(Deliveries(2));
        Assert.Equal([8, 2, 6], _claims.Orders.Select(order => order.Max));
    }

    [Fact]
    public void No_second_claim_is_made_during_a_claim_even_if_there_is_room()
    {
        _connection.Wake();
        _claims.Next.SetResult(Deliveries(6));
        _connection.Wake();
        for (var i = 0; i < 6; i++)
            _connection.Released();
        // Two at a time would bring what waits out of its order.
        _connection.Wake();
        Assert.Equal([8, 2], _claims.Orders.Select(order => order.Max));
        _claims.Next.SetResult([]);
        Assert.Equal([8, 2, 8], _claims.Orders.Select(order => order.Max));
    }

    [Fact]
    public void A_wake_at_a_full_window_is_remembered_until_there_is_room()
    {
        Reserve(8);
        _connection.Wake();
        Assert.Empty(_claims.Orders);
        for (var i = 0; i < 4; i++)
            _connection.Released();
        Assert.Equal(4, Assert.Single(_claims.Orders).Max);
    }

    [Fact]
    public void An_unused_reservation_makes_room_like_an_acknowledgment()
    {
        Reserve(8);
        _connection.Wake();
        for (var i = 0; i < 4; i++)
            _connection.Cancel();
        Assert.Equal(4, Assert.Single(_claims.Orders).Max);
    }

    [Fact]
    public void A_larger_window_is_used_at_once()
    {
        Reserve(8);
        _connection.SetWindow(10);
        Assert.Equal(2, Assert.Single(_claims.Orders).Max);
    }

    [Fact]
    public void A_claim_occupies_its_room_until_it_is_answered()
    {
        Reserve(1);
        _connection.Wake();
        Assert.False(_connection.TryReserve(Offer()));
        _claims.Next.SetResult(Deliveries(2));
        Reserve(5);
        Assert.False(_connection.TryReserve(Offer()));
    }

    [Fact]
    public void A_delivery_that_the_filter_excludes_is_not_reserved()
    {
        _connection.SetFilter(DeliveryFilter.Everything with { Priorities = new HashSet<Priority> { Priority.High } });
        Assert.False(Assert.Single(_claims.Orders).Filter.IsEverything);
        _claims.Next.SetResult([]);
        Assert.False(_connection.TryReserve(Offer()));
        Assert.True(_connection.TryReserve(Offer() with { Priority = Priority.High }));
    }

    [Theory]
    [InlineData(typeof(StorageUnavailableException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(InvalidOperationException))]
    public void A_failed_claim_is_retried_at_the_next_wake_and_no_part_of_the_window_is_lost(Type fault)
    {
        _connection.Wake();
        _claims.Next.SetException(fault == typeof(StorageUnavailableException) ? new StorageUnavailableException()
            : fault == typeof(ObjectDisposedException) ? new ObjectDisposedException("store") : new InvalidOperationException("a bug"));
        Assert.Single(_claims.Orders);

        _connection.Wake();
        Assert.Equal([8, 8], _claims.Orders.Select(order => order.Max));
    }

    [Fact]
    public void After_a_failed_claim_an_acknowledgment_is_enough_to_retry()
    {
        Reserve(1);
        _connection.Wake();
        _claims.Next.SetException(new StorageUnavailableException());
        _connection.Released();
        Assert.Equal([7, 8], _claims.Orders.Select(order => order.Max));
    }

    [Fact]
    public void A_paused_agent_gets_nothing()
    {
        _agent.Record = _agent.Record with { Pause = new Pause() };
        _connection.Wake();
        Assert.Empty(_claims.Orders);
        _agent.Record = _agent.Record with { Pause = null };
        _connection.Wake();
        Assert.Single(_claims.Orders);
    }

    [Fact]
    public void A_closed_connection_takes_nothing_more()
    {
        _connection.Wake();
        _connection.Wake();
        _connection.Close();
        _claims.Next.SetResult(Deliveries(8));
        for (var i = 0; i < 8; i++)
            _connection.Released();
        _connection.Wake();

        Assert.Single(_claims.Orders);
        Assert.False(_connection.TryReserve(Offer()));
    }

    /// <summary>The end of a claim and a wake on another processor: the one must see the other, or a message waits while its agent has room.
    /// Without the full fence between "no claim is under way" and the look at the wakes, both look too early.</summary>
    [Fact]
    public async Task A_wake_at_the_end_of_a_claim_is_not_lost()
    {
        const int Rounds = 300_000;
        var (round, claiming, woken, work, seen) = (0, 0, 0, 0, 0);
        _claims.Instead = _ =>
        {
            Volatile.Write(ref seen, Volatile.Read(ref work));
            Volatile.Write(ref claiming, Volatile.Read(ref round));
            return [];
        };
        var other = Task.Factory.StartNew(
            () =>
            {
                for (var next = 1; next <= Rounds; next++)
                {
                    Await(ref claiming, next);
                    // A little later each time, so that every moment after the claim is met. Looking at the connection takes its memory away
                    // from the other processor, whose writes then need longer to be seen.
                    for (var looks = next % 128; looks > 0 && _connection.Window > 0; looks--)
                    {
                    }

                    Volatile.Write(ref work, next);
                    _connection.Wake();
                    Volatile.Write(ref woken, next);
                }
            },
            Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        var lost = 0;
        for (var next = 1; next <= Rounds; next++)
        {
            Volatile.Write(ref round, next);
            _connection.Wake();
            Await(ref woken, next);
            if (Volatile.Read(ref seen) != next)
                lost++;
        }

        await other;
        Assert.Equal(0, lost);
    }

    /// <summary>The end of a claim and an acknowledgement on another processor: nobody else wakes a connection whose backlog is long.</summary>
    [Fact]
    public async Task A_backlog_is_fully_delivered_however_acknowledgments_and_claims_interleave()
    {
        const int Backlog = 300_000;
        _connection.Dispose();
        _connection = Connect(window: 1);
        var (left, handed) = (Backlog, 0);
        _claims.Instead = order =>
        {
            var claimed = Math.Min(order.Max, left);
            left -= claimed;
            Interlocked.Add(ref handed, claimed);
            return Deliveries(claimed);
        };
        var agent = Task.Factory.StartNew(
            () =>
            {
                for (var next = 1; next <= Backlog; next++)
                {
                    if (!SpinWait.SpinUntil(() => Volatile.Read(ref handed) >= next, TimeSpan.FromMinutes(1)))
                        return next - 1;
                    _connection.Released();
                }

                return Backlog;
            },
            Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _connection.Wake();
        Assert.Equal(Backlog, await agent);
    }

    private SocketConnection Connect(int window) => new(
        _socket,
        new SocketTransport(TimeProvider.System),
        new ProjectState(new ProjectRecord(1, "default", "default", default, new ProjectSettings(), 1, 0), new MessagingDefaults(), new ProjectLog(1, "default", 1, 0)),
        _agent,
        new Caller { Kind = TokenKind.Agent, TokenId = "t", AgentId = "ada" },
        new ConnectionOptions { Window = window },
        _store,
        new SendLimits(4 << 20, new ByteBudget(64 << 20, 16 << 20, TimeSpan.FromSeconds(10), TimeProvider.System)));

    private void Reserve(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(_connection.TryReserve(Offer()));
    }

    private static DeliveryOffer Offer() => new("text", Priority.Normal, Sender: 2);

    private static IReadOnlyList<ClaimedDelivery> Deliveries(int count) => new ClaimedDelivery[count];

    // Spins: to sleep would leave the other alone when it matters. Yields: a machine may have one processor.
    private static void Await(ref int value, int least)
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref value) < least)
            wait.SpinOnce(sleep1Threshold: -1);
    }

    /// <summary>Claims as a test answers them.</summary>
    internal sealed class Claims
    {
        private readonly Queue<TaskCompletionSource<IReadOnlyList<ClaimedDelivery>>> _open = [];

        internal List<ClaimOrder> Orders { get; } = [];

        /// <summary>The oldest that is not answered yet.</summary>
        internal TaskCompletionSource<IReadOnlyList<ClaimedDelivery>> Next => _open.Dequeue();

        /// <summary>Answers at once, where it is set.</summary>
        internal Func<ClaimOrder, IReadOnlyList<ClaimedDelivery>>? Instead { get; set; }

        internal Task<IReadOnlyList<ClaimedDelivery>> Take(ClaimOrder order)
        {
            if (Instead is not null)
                return Task.FromResult(Instead(order));
            Orders.Add(order);
            var claim = new TaskCompletionSource<IReadOnlyList<ClaimedDelivery>>();
            _open.Enqueue(claim);
            return claim.Task;
        }
    }

    /// <summary>A store of which nothing but claims is asked.</summary>
    public class ClaimingStore : DispatchProxy
    {
        internal Claims Claims { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name == nameof(IDeliveryStore.ClaimAsync)
            ? Claims.Take((ClaimOrder)args![0]!)
            : throw new NotSupportedException($"A connection that claims does not call {targetMethod?.Name}.");
    }
}
