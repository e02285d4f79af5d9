using System.Globalization;
using System.Text;

namespace Parley.Server.Storage.Postgres;

/// <summary>What a node tells the others with a commit, by <c>NOTIFY</c>: a hint, the tables are the truth.</summary>
/// <remarks>One line of text: the sender's node number, then the heads of the logs that have grown, then the mailboxes that have work:
/// <c>7;12=345,13=99;5,6,8</c>. <c>*</c> in place of the mailboxes: too many to name. The function <c>parley_apply_1</c> writes the same.</remarks>
internal static class PostgresWake
{
    internal const string Channel = "parley";

    /// <summary>A notification holds less than 8,000 bytes.</summary>
    private const int MostText = 7_000;

    /// <returns>Null when there is nothing to tell.</returns>
    internal static string? TextOf(int node, IEnumerable<ProjectCursor> projects, IReadOnlyCollection<int> woken)
    {
        var heads = string.Join(',', projects.Where(cursor => cursor.HasGrown).Select(cursor => string.Create(CultureInfo.InvariantCulture, $"{cursor.Project}={cursor.NextSeq - 1}")));
        if (heads.Length == 0 && woken.Count == 0)
            return null;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{node};{heads};");
        var agents = string.Join(',', woken.Select(agent => agent.ToString(CultureInfo.InvariantCulture)));
        return text.Append(text.Length + agents.Length <= MostText ? agents : "*").ToString();
    }
}
