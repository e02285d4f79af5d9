namespace Parley.Server.Storage.Sql;

/// <summary>Queries about what an agent sent and got lately that work on both databases.</summary>
internal static class TrailSql
{
    /// <summary>Whether a message <c>l</c> that the agent got in the way of <c>f.kind</c> counts: it was named, and the message is released. See
    /// <see cref="Log.Audience"/>.</summary>
    internal const string Counts =
        "l.kind = 1 AND (f.kind = 0 OR ((l.audience < 16 OR l.released_by IS NOT NULL) AND (f.kind = 2 OR l.audience IN (0, 16))))";

    /// <summary>$2: the agent. Follows a list <c>s</c> of places.</summary>
    internal const string OwnDeliveries = $"{DeliverySql.OfMessages} AND d.mailbox = $2";
}
