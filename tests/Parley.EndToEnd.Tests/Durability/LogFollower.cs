using System.Globalization;
using Parley.Client;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Reads the project's log as an observer does, from where it stood, and keeps count of what is in it.</summary>
/// <param name="after">The seq behind which every entry is one that the stream shows: what an admin did before is not.</param>
internal sealed class LogFollower(ParleyApi api, long after)
{
    private readonly Dictionary<string, long> _seqs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _contents = new(StringComparer.Ordinal);
    private string _place = after.ToString(CultureInfo.InvariantCulture);
    private long _last = after;

    /// <summary>Up to here.</summary>
    internal long Last => _last;

    /// <summary>Reads on, up to a seq.</summary>
    /// <returns>What is wrong with it; empty when nothing is.</returns>
    internal async Task<List<string>> ReadToAsync(long seq, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        if (_last >= seq)
            return faults;
        await foreach (var entry in api.Streams.Project("default", new StreamOptions { After = _place }, cancellationToken))
        {
            if (entry.Event == StreamEvents.Gap)
                faults.Add($"The stream after {_place} began with a gap.");
            if (entry.Event == StreamEvents.Place || entry.Id is not { } id)
                continue;
            var at = long.Parse(id.AsSpan(id.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
            if (at != _last + 1)
                faults.Add($"After seq {_last} comes {at}.");
            (_last, _place) = (at, id);
            if (entry.Message is { } message)
            {
                _seqs[message.MessageId] = message.Seq;
                if (message.Seq != at)
                    faults.Add($"The entry {at} holds the message of seq {message.Seq}.");
                var content = message.Content ?? "";
                _contents[content] = _contents.GetValueOrDefault(content) + 1;
            }

            if (at >= seq)
                break;
        }

        return faults;
    }

    /// <summary>What is missing of what was confirmed, and what is there twice.</summary>
    internal IEnumerable<string> Compare(IEnumerable<KeyValuePair<string, (string Content, long Seq)>> confirmed)
    {
        foreach (var (id, (content, seq)) in confirmed)
        {
            if (!_seqs.TryGetValue(id, out var there) || there != seq)
                yield return $"The confirmed message {id} ({content}) of seq {seq} is not in the log.";
            else if (_contents[content] != 1)
                yield return $"'{content}' is in the log {_contents[content]} times.";
        }
    }
}
