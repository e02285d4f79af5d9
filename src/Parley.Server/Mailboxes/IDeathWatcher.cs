namespace Parley.Server.Mailboxes;

/// <summary>Tells senders of deliveries that died. It looks by itself now and then; implemented by the concept on the right.</summary>
internal interface IDeathWatcher
{
    /// <summary>Something may just have died: look at once.</summary>
    ValueTask LookAsync(CancellationToken cancellationToken);
}
