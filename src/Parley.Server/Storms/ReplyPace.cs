using System.Collections.Concurrent;

namespace Parley.Server.Storms;

/// <summary>When each agent answered others in each thread, in the last <see cref="StormRules.Window"/>.</summary>
/// <remarks>In memory, and for each node by itself. Memory is limited to the replies of that time.</remarks>
internal sealed class ReplyPace
{
    private readonly ConcurrentDictionary<ReplyPlace, Queue<long>> _replies = new();
    private long _sweptAt;

    /// <summary>How many places have replies.</summary>
    internal int Count => _replies.Count;

    /// <summary>How many replies there were after a time. Times are Unix milliseconds.</summary>
    internal int CountAfter(ReplyPlace place, long after)
    {
        if (!_replies.TryGetValue(place, out var replies))
            return 0;
        lock (replies)
            return replies.Count(stamp => stamp > after);
    }

    /// <summary>Adds a reply, and forgets what is older than the window.</summary>
    internal void Add(ReplyPlace place, long now)
    {
        Sweep(now);
        while (true)
        {
            var replies = _replies.GetOrAdd(place, static _ => new Queue<long>());
            lock (replies)
            {
                // Removed between the lookup and the lock: what is added to it would not count.
                if (!_replies.TryGetValue(place, out var present) || present != replies)
                    continue;
                Forget(replies, now);
                replies.Enqueue(now);
                return;
            }
        }
    }

    /// <summary>The replies in a thread count no more.</summary>
    internal void Forget(int project, long thread)
    {
        foreach (var place in _replies.Keys.Where(place => place.Project == project && place.Thread == thread))
            _replies.TryRemove(place, out _);
    }

    private static void Forget(Queue<long> replies, long now)
    {
        while (replies.TryPeek(out var oldest) && oldest <= now - (long)StormRules.Window.TotalMilliseconds)
            replies.Dequeue();
    }

    private void Sweep(long now)
    {
        var before = Volatile.Read(ref _sweptAt);
        if (now - before < (long)StormRules.Window.TotalMilliseconds / 2 || Interlocked.CompareExchange(ref _sweptAt, now, before) != before)
            return;
        foreach (var (place, replies) in _replies)
        {
            lock (replies)
            {
                Forget(replies, now);
                if (replies.Count == 0)
                    _replies.TryRemove(place, out _);
            }
        }
    }
}

/// <param name="Thread">The seq of the entry that opened the thread.</param>
/// <param name="Sender">An agent's number.</param>
internal readonly record struct ReplyPlace(int Project, long Thread, int Sender);
