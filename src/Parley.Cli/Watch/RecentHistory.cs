using System.Globalization;
using Parley.Client;

namespace Parley.Cli.Watch;

/// <summary>Finds where to start in a log that may have millions of messages, so that the newest matching messages come first, and the stream
/// continues from there without a gap.</summary>
internal static class RecentHistory
{
    /// <summary>How many past messages are shown before the live ones.</summary>
    public const int Messages = 50;

    /// <summary>The place before the oldest of them, as a bare seq.</summary>
    public static async Task<string?> StartAsync(ParleyApi api, StreamOptions options, CancellationToken cancellationToken)
    {
        var wanted = new SortedSet<long>();
        foreach (var query in Queries(options))
        {
            var page = await api.Messages.ListAsync(query with { Limit = Messages }, cancellationToken);
            wanted.UnionWith(page.Items.Select(message => message.Seq));
        }

        var start = wanted.Count > 0
            ? wanted.Reverse().Take(Messages).Last() - 1
            : await NewestAsync(api, cancellationToken);
        return start.ToString(CultureInfo.InvariantCulture);
    }

    // The place after the newest message, not 'live only', so that nothing sent between this call and the opening of the stream is missed.
    private static async Task<long> NewestAsync(ParleyApi api, CancellationToken cancellationToken)
    {
        var page = await api.Messages.ListAsync(new MessageQuery { Limit = 1 }, cancellationToken);
        return page.Items.Count > 0 ? page.Items[0].Seq : 0;
    }

    // The list takes only one type and one end of a conversation at a time.
    private static IEnumerable<MessageQuery> Queries(StreamOptions options) =>
        from type in options.Types is { Count: > 0 } types ? types.AsEnumerable<string?>() : [null]
        from end in Ends(options.Agents)
        select end with { Type = type };

    private static IEnumerable<MessageQuery> Ends(IReadOnlyList<string>? agents) => agents is { Count: > 0 }
        ? agents.SelectMany(agent => new[] { new MessageQuery { Sender = agent }, new MessageQuery { Recipient = agent } })
        : [new MessageQuery()];
}
