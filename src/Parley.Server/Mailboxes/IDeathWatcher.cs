namespace Parley.Server.Mailboxes;

/// <summary>Notifies senders of deliveries that died. Checks periodically by itself. Implemented by the concept to the right.</summary>
internal interface IDeathWatcher
{
    /// <summary>Checks at once, because something may just have died.</summary>
    ValueTask LookAsync(CancellationToken cancellationToken);
}
