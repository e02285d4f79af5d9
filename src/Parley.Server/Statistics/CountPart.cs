namespace Parley.Server.Statistics;

/// <summary>The sums that one step adds to the counters, by minute, hour, and day.</summary>
internal sealed class CountPart
{
    /// <summary>A delivery's states, as stored.</summary>
    private const long Acknowledged = 3, Expired = 5, Withdrawn = 6;

    private static readonly int[] Spans = [CountRange.Minute, CountRange.Hour, CountRange.Day];

    private readonly Dictionary<(int Span, long At, long Sender, string Type), long[]> _messages = [];
    private readonly Dictionary<(int Span, long At, long Sender, long Recipient, string Type), long[]> _deliveries = [];

    /// <summary>Messages, dead, expired, first and last time.</summary>
    internal IEnumerable<((int Span, long At, long Sender, string Type) Key, long[] Values)> Messages => _messages.Select(one => (one.Key, one.Value));

    /// <summary>Deliveries, acknowledged, milliseconds until acknowledged, last time sent, last time acknowledged.</summary>
    internal IEnumerable<((int Span, long At, long Sender, long Recipient, string Type) Key, long[] Values)> Deliveries => _deliveries.Select(one => (one.Key, one.Value));

    /// <summary>Rows for messages that were sent, died, or expired.</summary>
    internal void AddMessages(IEnumerable<CountRow> rows)
    {
        foreach (var row in rows)
        {
            var (type, n) = (row.Texts[0]!, row.Numbers);
            foreach (var span in Spans)
            {
                var key = (span, CountRange.Down(n[0] * CountRange.Minute, span), n[1], type);
                if (!_messages.TryGetValue(key, out var values))
                    _messages[key] = values = [0, 0, 0, n[5], n[6]];
                for (var i = 0; i < 3; i++)
                    values[i] += n[2 + i];
                values[3] = Math.Min(values[3], n[5]);
                values[4] = Math.Max(values[4], n[6]);
            }
        }
    }

    /// <summary>Rows for deliveries.</summary>
    internal void AddReceived(IEnumerable<CountRow> rows)
    {
        foreach (var row in rows)
            Add(row.Numbers[0] * CountRange.Minute, row.Numbers[1], row.Numbers[2], row.Texts[0]!, [row.Numbers[3], 0, 0, row.Numbers[4], 0]);
    }

    /// <summary>Rows for deliveries that are already acknowledged, and for open ones.</summary>
    /// <returns>The deliveries that are still open.</returns>
    internal IReadOnlyList<long> AddSettled(IEnumerable<CountRow> rows)
    {
        var open = new List<long>();
        foreach (var row in rows)
        {
            var n = row.Numbers;
            if (n[0] != 0)
                open.Add(n[0]);
            else
                Add(n[1] * CountRange.Minute, n[2], n[3], row.Texts[0]!, [0, n[4], n[5], 0, n[6]]);
        }

        return open;
    }

    /// <summary>Rows for open deliveries that have been acknowledged since.</summary>
    internal void AddAcknowledged(IEnumerable<CountRow> rows)
    {
        foreach (var row in rows.Where(row => row.Numbers[1] == Acknowledged))
        {
            var n = row.Numbers;
            Add(n[2] / 1_000, n[4], n[5], row.Texts[0]!, [0, 1, Math.Max(n[2] - n[3], 0), 0, n[2]]);
        }
    }

    /// <summary>Whether an open delivery is finished and needs no more counting. A dead one may be requeued.</summary>
    internal static bool IsOver(CountRow open) => open.Numbers[1] is Acknowledged or Expired or Withdrawn;

    private void Add(long seconds, long sender, long recipient, string type, long[] values)
    {
        foreach (var span in Spans)
        {
            var key = (span, CountRange.Down(seconds, span), sender, recipient, type);
            if (!_deliveries.TryGetValue(key, out var sum))
                _deliveries[key] = sum = new long[5];
            for (var i = 0; i < 3; i++)
                sum[i] += values[i];
            sum[3] = Math.Max(sum[3], values[3]);
            sum[4] = Math.Max(sum[4], values[4]);
        }
    }
}
