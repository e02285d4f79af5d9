using System.Globalization;
using System.Text;
using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Receipts as the text of notifications: the sender's node number, then for each project, delivery, seq, agent, state, attempt and
/// Unix milliseconds between commas: <c>7;12,88001,345,5,2,1,1769090212000;...</c>.</summary>
internal static class ReceiptText
{
    private const int Parts = 7;

    /// <returns>As many texts as it takes, in order.</returns>
    internal static IEnumerable<string> Of(int node, IReadOnlyList<ReceiptNote> receipts)
    {
        var text = new StringBuilder();
        foreach (var receipt in receipts)
        {
            if (text.Length == 0)
                text.Append(CultureInfo.InvariantCulture, $"{node}");
            text.Append(
                CultureInfo.InvariantCulture,
                $";{receipt.Project},{receipt.Delivery},{receipt.Seq},{receipt.Agent},{(int)receipt.State},{receipt.Attempt},{receipt.Stamp}");
            if (text.Length < PostgresWake.MostText)
                continue;
            yield return text.ToString();
            text.Clear();
        }

        if (text.Length > 0)
            yield return text.ToString();
    }

    /// <returns>Empty when it is none of another node's: a newer node may tell more than this one knows.</returns>
    internal static IReadOnlyList<ReceiptNote> Read(string text, int ownNode)
    {
        var receipts = text.Split(';');
        if (!int.TryParse(receipts[0], CultureInfo.InvariantCulture, out var node) || node == ownNode)
            return [];
        var notes = new List<ReceiptNote>(receipts.Length - 1);
        foreach (var receipt in receipts.Skip(1))
        {
            var parts = receipt.Split(',');
            var numbers = new long[Parts];
            if (parts.Length < Parts || parts.Take(Parts).Where((part, i) => !long.TryParse(part, CultureInfo.InvariantCulture, out numbers[i])).Any())
                return [];
            notes.Add(new ReceiptNote(
                (int)numbers[0], numbers[1], numbers[2], (int)numbers[3], (DeliveryState)numbers[4], (int)numbers[5], numbers[6]));
        }

        return notes;
    }
}
