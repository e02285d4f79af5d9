using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Connections.Frames;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>An operation with a request and a context.</summary>
/// <param name="input">How the request is read.</param>
/// <param name="handler">The handler. An exception is answered with 500, or 503 if the store is unavailable.</param>
internal class Operation<TContext, TRequest>(string name, string summary, Input<TRequest> input, Func<TRequest, TContext, ValueTask<Answer>> handler)
    : Operation(name, summary)
    where TContext : OperationContext, IOperationContext<TContext>
{
    internal override InputShape Takes => input.Shape;

    /// <summary>How frames of one connection may run at the same time; null for one after another.</summary>
    internal Overlap<TRequest>? Overlap { get; init; }

    private protected override bool TakesTurns => Overlap is not null;

    private protected override InputShape TakesFromFrames => input.FrameShape;

    internal override IReadOnlyList<string> ContextRefusals => TContext.Refusals;

    private protected override bool FitsFrames => input.FitsFrames;

    internal override async Task ServeAsync(HttpContext http) => await (await RunAsync(http)).WriteAsync(http);

    internal override async ValueTask<OutFrame?> ServeAsync(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (Allows is { } permission && connection.Caller.May(permission) is Access.No or Access.CreateOnly)
            return DataFrame.Problem(frame.Id, PermissionHandler.NotAllowed(connection.Caller));
        // Reads the data first, because it is valid only until the first await.
        var origin = OperationOrigin.Of(connection, frame, this, cancellationToken);
        if (!input.Read(frame.Data).TryGet(out var request, out var problem) ||
            !(await TContext.FindAsync(origin)).TryGet(out var context, out problem))
        {
            return DataFrame.Problem(frame.Id, problem);
        }

        if (Overlap is null)
            return (await HandleAsync(origin, request, context)).ToFrame(frame.Id);
        using var turn = connection.Changes.Begin(Overlap.Thing(request));
        await turn.Ready;
        if (!Overlap.KeepOrder)
            turn.IsQueued();
        origin.Turn = turn;
        return (await HandleAsync(origin, request, context)).ToFrame(frame.Id);
    }

    private async ValueTask<Answer> RunAsync(HttpContext http)
    {
        if (Takes.Query is null && !AllowsAnyone && QueryReader.UnknownIn(http.Request) is { } unknown)
            return unknown;
        var origin = OperationOrigin.Of(http, this);
        if (!(await TContext.FindAsync(origin)).TryGet(out var context, out var problem) ||
            !(await input.ReadAsync(http, origin)).TryGet(out var request, out problem))
        {
            return problem;
        }

        return origin.IsOncePerKey ? await RunOnceAsync(http, origin, request, context) : await HandleAsync(origin, request, context);
    }

    /// <summary>A separate method, so that other requests do not allocate the lambda's closure.</summary>
    private ValueTask<Answer> RunOnceAsync(HttpContext http, OperationOrigin origin, TRequest request, TContext context) =>
        http.RequestServices.GetRequiredService<IOncePerKey>().RunAsync(
            http, origin.Fingerprint, () => HandleAsync(origin, request, context), OncePerKey == OncePerKey.WithSecret);

    private async ValueTask<Answer> HandleAsync(OperationOrigin origin, TRequest request, TContext context)
    {
        var answer = await handler(request, context);
        // If nobody checked 'own', it would mean 'yes'. A wrong declaration shows up at the first call.
        if (Own is not null && answer.Problem is null && !context.HasLooked && origin.Caller.May(Allows!.Value) != Access.Yes)
            throw new InvalidOperationException($"{Name} is for a caller's own only, and its handler did not look at the caller.");
        return answer;
    }
}

/// <summary>How an operation takes turns with the connection's other requests.</summary>
/// <param name="Thing">What it changes, under the same name as in the connection's other frames: frames with the same name wait for each other. Null
/// if it does not exist yet.</param>
/// <param name="KeepOrder">Whether they take effect in the order of their frames, whatever they change. The handler must then call
/// <see cref="OperationContext.Queued"/>.</param>
internal sealed record Overlap<TRequest>(Func<TRequest, string?> Thing, bool KeepOrder);

/// <summary>An operation without input: it has only its path and its caller.</summary>
internal sealed class Operation<TContext>(string name, string summary, Func<TContext, ValueTask<Answer>> handler)
    : Operation<TContext, Nothing>(name, summary, Input.None, (_, context) => handler(context))
    where TContext : OperationContext, IOperationContext<TContext>;
