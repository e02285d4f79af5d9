using Microsoft.AspNetCore.Http;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>How a context is found. If all operations of a concept are about one item (a project, an agent), the context has that item. If the item
/// does not exist, that is the answer, and the handler never runs.</summary>
internal interface IOperationContext<TSelf>
    where TSelf : OperationContext, IOperationContext<TSelf>
{
    /// <summary>The error codes that finding it may return.</summary>
    static abstract IReadOnlyList<string> Refusals { get; }

    static abstract ValueTask<Result<TSelf>> FindAsync(OperationOrigin origin);
}

/// <summary>What a handler knows about the caller.</summary>
internal class OperationContext : IOperationContext<OperationContext>
{
    private readonly OperationOrigin _origin;

    protected OperationContext(OperationOrigin origin) => _origin = origin;

    public static IReadOnlyList<string> Refusals => [];

    /// <summary>The caller. If it has the permission only for its own items, the handler uses this to check.</summary>
    /// <exception cref="InvalidOperationException">The operation is open to anyone, so the caller is unknown.</exception>
    internal Caller Caller
    {
        get
        {
            HasLooked = true;
            return _origin.Caller;
        }
    }

    /// <summary>The project that a request names; the handler checks whether it exists.</summary>
    internal Scope Scope => _origin.Scope;

    /// <summary>Cancelled when there is nobody left to answer.</summary>
    internal CancellationToken Cancellation => _origin.Cancellation;

    /// <inheritdoc cref="OperationOrigin.IsAnswerAwaited"/>
    internal bool IsAnswerAwaited => _origin.IsAnswerAwaited;

    /// <summary>Called when the change is in the store's queue, so that the connection's next request may start.</summary>
    internal Action? Queued => _origin.Turn is { } turn ? turn.IsQueued : null;

    /// <summary>The request itself, for operations with more than a single answer, such as streams.</summary>
    internal HttpContext Http => _origin.Http;

    /// <summary>Whether the handler checked the caller.</summary>
    internal bool HasLooked { get; private set; }

    public static ValueTask<Result<OperationContext>> FindAsync(OperationOrigin origin) => new(new OperationContext(origin));
}
