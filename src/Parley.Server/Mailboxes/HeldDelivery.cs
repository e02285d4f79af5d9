namespace Parley.Server.Mailboxes;

/// <summary>A delivery that a connection of this server holds.</summary>
internal abstract record HeldDelivery(IDeliveryHolder Holder)
{
    private int _roomGiven;

    /// <summary>Tells the holder, once, that it has room again: when its agent has settled the delivery, or when the lease ends in another
    /// way.</summary>
    internal void GiveRoom()
    {
        if (Interlocked.Exchange(ref _roomGiven, 1) == 0)
            Holder.Released();
    }
}
