using Microsoft.AspNetCore.Http;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>How a context is found. A concept whose operations are about one thing of its own (a project, an agent) has a context that
/// carries it; where the thing is not there, that is the answer and the handler never runs.</summary>
internal interface IOperationContext<TSelf>
    where TSelf : OperationContext, IOperationContext<TSelf>
{
    /// <summary>The codes with which finding it may be refused.</summary>
    static abstract IReadOnlyList<string> Refusals { get; }

    static abstract ValueTask<Result<TSelf>> FindAsync(OperationOrigin origin);
}

/// <summary>What a handler knows of whoever asks.</summary>
internal class OperationContext : IOperationContext<OperationContext>
{
    private readonly OperationOrigin _origin;

    protected OperationContext(OperationOrigin origin) => _origin = origin;

    public static IReadOnlyList<string> Refusals => [];

    /// <summary>Who asks. May it do what the operation does for its own only, the handler decides by this what is its own.</summary>
    /// <exception cref="InvalidOperationException">The operation is open to anyone, so that nobody is known.</exception>
    internal Caller Caller
    {
        get
        {
            HasLooked = true;
            return _origin.Caller;
        }
    }

    /// <summary>The project that a request names; whether there is such a project is for the handler to find out.</summary>
    internal Scope Scope => _origin.Scope;

    /// <summary>Cancelled when nobody is left to answer.</summary>
    internal CancellationToken Cancellation => _origin.Cancellation;

    /// <inheritdoc cref="OperationOrigin.IsAnswerAwaited"/>
    internal bool IsAnswerAwaited => _origin.IsAnswerAwaited;

    /// <summary>The request itself, for what answers by more than one answer: a stream.</summary>
    internal HttpContext Http => _origin.Http;

    /// <summary>Whether the handler looked at who asks.</summary>
    internal bool HasLooked { get; private set; }

    public static ValueTask<Result<OperationContext>> FindAsync(OperationOrigin origin) => new(new OperationContext(origin));
}
