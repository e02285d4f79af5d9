using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;

namespace Parley.Server.CatchUp;

/// <summary>The threads of an agent in which others wrote since it last did, or acknowledged a message.</summary>
internal sealed class ThreadsGoneOn(IAgentTrail trail, ThreadDigests digests)
{
    /// <summary>How many messages of each kind are searched, how many threads are checked, and how many of those get a digest.</summary>
    private const int MostSearched = 1_000, MostChecked = 50, MostDigested = 10;

    /// <summary>How many messages a digest covers, and how many deliveries of a thread are looked up.</summary>
    private const int MostMessages = 200, MostDeliveries = 4;

    /// <param name="agent">The agent's number.</param>
    internal async ValueTask<CatchUpPart<CatchUpThread>> ReadAsync(ProjectState project, int agent, CancellationToken cancellationToken)
    {
        var messages = await trail.InThreadsAsync(agent, MostSearched, cancellationToken);
        var threads = Candidates(messages);
        var own = await trail.DeliveriesAsync(project.Number, agent, [.. threads.SelectMany(thread => thread.Got.Take(MostDeliveries))], cancellationToken);
        var acknowledged = own.Where(delivery => delivery.State == DeliveryState.Acknowledged).Select(delivery => delivery.Seq).ToHashSet();
        var goneOn = threads.Select(thread => (Thread: thread, New: thread.NewSince(acknowledged))).Where(one => one.New > 0).ToList();

        var shown = new List<CatchUpThread>();
        foreach (var (thread, count) in goneOn.Take(MostDigested))
        {
            // Retention may have removed it in the meantime.
            if (await digests.FindAsync(project, thread.Seq, MostMessages, cancellationToken) is { } found)
                shown.Add(ToThread(found.Digest, count));
        }

        var total = shown.Count + Math.Max(0, goneOn.Count - MostDigested);
        return CatchUpParts.Of(shown, total, thread => thread.Digest, (thread, text, whole) => thread with { Digest = text, Shortened = whole });
    }

    /// <summary>Threads in which others wrote last, as far as that is known, the most recently active first.</summary>
    private static List<Candidate> Candidates(IReadOnlyList<TrailMessage> messages)
    {
        // What the agent sent before the oldest message of its that was found is unknown, if there is any.
        var sent = messages.Where(message => message.Kind == Trail.Sent).ToList();
        var knownFrom = sent.Count < MostSearched ? 0 : sent[^1].Seq;
        return
        [
            .. messages.GroupBy(message => message.Thread)
                .Select(thread => Candidate.Of(thread.Key, thread))
                .Where(thread => thread.MayHaveGoneOn && thread.LastOfOthers > knownFrom)
                .OrderByDescending(thread => thread.LastOfOthers)
                .Take(MostChecked),
        ];
    }

    private static CatchUpThread ToThread(ThreadDigest digest, int count) => new()
    {
        ConversationThreadId = digest.ConversationThreadId,
        NewMessages = count,
        LastMessageId = digest.Last?.MessageId,
        LastAt = digest.LastAt,
        Digest = digest.Text.TrimEnd(),
    };

    /// <param name="LastSent">The seq of the agent's own newest message; 0 if there is none.</param>
    /// <param name="Got">The seqs of the messages to the agent since then, newest first.</param>
    /// <param name="Followed">Those of the other messages since then.</param>
    private sealed record Candidate(long Seq, long LastSent, IReadOnlyList<long> Got, IReadOnlyList<long> Followed)
    {
        internal long LastOfOthers => Math.Max(Got.Count > 0 ? Got[0] : 0, Followed.Count > 0 ? Followed[0] : 0);

        /// <summary>A single message to the agent, in a thread in which it has not written, is in its inbox, or it has seen it. Otherwise, many of those
        /// would keep other threads from being looked at.</summary>
        internal bool MayHaveGoneOn => Followed.Count > 0 || Got.Count > (LastSent > 0 ? 0 : 1);

        internal static Candidate Of(long thread, IEnumerable<TrailMessage> messages)
        {
            var byKind = messages.ToLookup(message => message.Kind, message => message.Seq);
            var lastSent = byKind[Trail.Sent].FirstOrDefault();
            return new Candidate(thread, lastSent, [.. byKind[Trail.Got].Where(seq => seq > lastSent)], [.. byKind[Trail.Followed].Where(seq => seq > lastSent)]);
        }

        /// <summary>How many messages others wrote since the agent last wrote or acknowledged one. If it has done neither, and all of them are messages to
        /// it, they are in its inbox, and it takes no part yet.</summary>
        internal int NewSince(IReadOnlySet<long> acknowledged)
        {
            var seen = Math.Max(LastSent, Got.FirstOrDefault(acknowledged.Contains));
            return seen == 0 && Followed.Count == 0 ? 0 : Got.Concat(Followed).Count(seq => seq > seen);
        }
    }
}
