using System.Collections.Concurrent;
using Parley.Server.Coordination;

namespace Parley.Server.Connections;

/// <summary>Keeps connections that may be asked to come anew at another node.</summary>
internal interface IDrainSource
{
    /// <summary>An action each, which asks it.</summary>
    IEnumerable<Action> Moves { get; }
}

/// <summary>Asks whatever is open for long, sockets and streams, to be opened anew at another node.</summary>
internal sealed class ConnectionDrain(IEnumerable<IDrainSource> sources, Stopping stopping, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Drainable, bool> _stays = new();

    /// <summary>For what is of no <see cref="IDrainSource"/>; disposed at its end.</summary>
    internal Drainable Begin()
    {
        var stay = new Drainable(this, stopping.Token);
        _stays[stay] = true;
        return stay;
    }

    /// <summary>Everybody, one after another over a time, so that no node has all of them at its door at once.</summary>
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

    /// <summary>Something that is open.</summary>
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
                // It has gone by itself.
            }
        }

        public void Dispose()
        {
            _drain._stays.TryRemove(this, out _);
            _ending.Dispose();
        }
    }
}
