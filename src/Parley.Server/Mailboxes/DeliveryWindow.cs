namespace Parley.Server.Mailboxes;

/// <summary>Limits on how many unacknowledged messages may be out to a connection.</summary>
internal static class DeliveryWindow
{
    internal const int Default = 64;

    internal const int Most = 10_000;
}
