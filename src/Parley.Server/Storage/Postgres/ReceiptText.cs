using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Receipts as <see cref="NumberText"/>: project, delivery, seq, agent, state, attempt, and Unix milliseconds.</summary>
internal static class ReceiptText
{
    private const int Parts = 7;

    internal static IEnumerable<string> Of(int node, IReadOnlyList<ReceiptNote> receipts) => NumberText.Of(node, receipts, static (receipt, numbers) =>
    {
        numbers.Add(receipt.Project);
        numbers.Add(receipt.Delivery);
        numbers.Add(receipt.Seq);
        numbers.Add(receipt.Agent);
        numbers.Add((int)receipt.State);
        numbers.Add(receipt.Attempt);
        numbers.Add(receipt.Stamp);
    });

    internal static IReadOnlyList<ReceiptNote> Read(string text, int ownNode) => NumberText.Read(text, ownNode, Parts, static numbers => new ReceiptNote(
        (int)numbers[0], numbers[1], numbers[2], (int)numbers[3], (DeliveryState)numbers[4], (int)numbers[5], numbers[6]));
}
