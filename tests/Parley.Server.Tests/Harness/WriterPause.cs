using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Tests.Harness;

/// <summary>Holds the writing thread inside a commit of its own.</summary>
internal sealed class WriterPause : IDisposable
{
    private readonly ManualResetEventSlim _end = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WriterPause() => Operation = new WriteOperation<bool>(_ =>
    {
        _begun.TrySetResult();
        _end.Wait();
        return true;
    });

    internal WriteOperation Operation { get; }

    internal Task Begun => _begun.Task;

    public void Dispose() => _end.Set();
}
