using System.Globalization;
using Parley.Client;

namespace Parley.Cli.Watch;

/// <summary>Where to begin in a log that may hold millions of messages: so that the newest of those that are wanted come first,
/// and the stream goes on from there without a gap.</summary>
internal static class RecentHistory
{
    /// <summary>How many messages of the past are shown before what happens now.</summary>
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

    // Behind the newest message, rather than 'live only': what is sent between this call and the stream's opening is then not missed.
    private static async Task<long> NewestAsync(ParleyApi api, CancellationToken cancellationToken)
    {
        var page = await api.Messages.ListAsync(new MessageQuery { Limit = 1 }, cancellationToken);
        return page.Items.Count > 0 ? page.Items[0].Seq : 0;
    }

    // The list takes one type and one end of a conversation at a time.
    private static IEnumerable<MessageQuery> Queries(StreamOptions options) =>
        from type in options.Types is { Count: > 0 } types ? types.AsEnumerable<string?>() : [null]
        from end in Ends(options.Agents)
        select end with { Type = type };

    private static IEnumerable<MessageQuery> Ends(IReadOnlyList<string>? agents) => agents is { Count: > 0 }
        ? agents.SelectMany(agent => new[] { new MessageQuery { Sender = agent }, new MessageQuery { Recipient = agent } })
        : [new MessageQuery()];
}
