namespace Parley.Server.Mailboxes;

/// <summary>How many unacknowledged messages a connection may have out.</summary>
internal static class DeliveryWindow
{
    internal const int Default = 64;

    internal const int Most = 10_000;
}
