namespace Parley.Server.Mailboxes;

/// <summary>A delivery in the hands of a connection of this server.</summary>
internal abstract record HeldDelivery(IDeliveryHolder Holder)
{
    private int _roomGiven;

    /// <summary>Tells the holder, once, that it has room again: when its agent says that it is through, or when the lease ends otherwise.</summary>
    internal void GiveRoom()
    {
        if (Interlocked.Exchange(ref _roomGiven, 1) == 0)
            Holder.Released();
    }
}
