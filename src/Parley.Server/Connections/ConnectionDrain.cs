using System.Collections.Concurrent;
using Parley.Server.Coordination;

namespace Parley.Server.Connections;

/// <summary>Tracks connections that can be asked to reconnect to another node.</summary>
internal interface IDrainSource
{
    /// <summary>One action per connection, which asks it to move.</summary>
    IEnumerable<Action> Moves { get; }
}

/// <summary>Asks long-lived connections (sockets and streams) to reconnect to another node.</summary>
internal sealed class ConnectionDrain(IEnumerable<IDrainSource> sources, Stopping stopping, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Drainable, bool> _stays = new();

    /// <summary>For connections without an <see cref="IDrainSource"/>; dispose it when the connection ends.</summary>
    internal Drainable Begin()
    {
        var stay = new Drainable(this, stopping.Token);
        _stays[stay] = true;
        return stay;
    }

    /// <summary>All connections, spread over a time, so that they do not all reconnect to one node at once.</summary>
    internal async Task MoveAsync(TimeSpan over)
    {
        const int steps = 50;
        Action[] all = [.. sources.SelectMany(source => source.Moves), .. _stays.Keys.Select(stay => (Action)stay.Move)];
        Random.Shared.Shuffle(all);
        foreach (var some in all.Chunk(Math.Max(1, (all.Length + steps - 1) / steps)))
        {
            foreach (var move in some)
                move();
            await Task.Delay(over / steps, clock);
        }
    }

    /// <summary>An open connection.</summary>
    internal sealed class Drainable : IDisposable
    {
        private readonly ConnectionDrain _drain;
        private readonly CancellationTokenSource _ending;

        internal Drainable(ConnectionDrain drain, CancellationToken stopping)
        {
            _drain = drain;
            _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        }

        /// <summary>Cancelled when it is asked to move, or the server stops.</summary>
        internal CancellationToken Ending => _ending.Token;

        internal void Move()
        {
            try
            {
                _ending.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has already ended by itself.
            }
        }

        public void Dispose()
        {
            _drain._stays.TryRemove(this, out _);
            _ending.Dispose();
        }
    }
}
