namespace Parley.Server.Coordination;

/// <summary>Signals that the server is stopping, which ends long waits (sockets, streams, long polls, requests).</summary>
internal sealed class Stopping : IDisposable
{
    private readonly CancellationTokenSource _going = new();

    internal bool IsGoing => _going.IsCancellationRequested;

    internal CancellationToken Token => _going.Token;

    internal void Begin() => _going.Cancel();

    public void Dispose() => _going.Dispose();
}
