namespace Parley.Server.Coordination;

/// <summary>Says that the server is going: whatever waits for a long time (sockets, streams, long polls, requests) ends its wait.</summary>
internal sealed class Stopping : IDisposable
{
    private readonly CancellationTokenSource _going = new();

    internal bool IsGoing => _going.IsCancellationRequested;

    internal CancellationToken Token => _going.Token;

    internal void Begin() => _going.Cancel();

    public void Dispose() => _going.Dispose();
}
