using Microsoft.AspNetCore.Http;
using Parley.Server.Connections.Frames;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.Operations;

/// <summary>An operation, declared once: who may use it, its input, its answers, its errors, and the endpoints and frames for it. Routes, frames, and
/// their documentation are generated from this.</summary>
/// <param name="name">Its name for clients and in the documentation: <c>CreateProject</c>.</param>
/// <param name="summary">One sentence.</param>
internal abstract class Operation(string name, string summary)
{
    private readonly List<RestFace> _routes = [];
    private readonly List<FrameFace> _frames = [];

    internal string Name => name;

    internal string Summary => summary;

    /// <summary>What callers have to know beyond the summary; null for nothing.</summary>
    internal string? Details { get; init; }

    /// <summary>The permission that it needs; null only with <see cref="AllowsAnyone"/>.</summary>
    internal Permission? Allows { get; init; }

    /// <summary>Open to everybody, without a token. Only for operations that reveal nothing about projects.</summary>
    internal bool AllowsAnyone { get; init; }

    /// <summary>If some callers have the permission only for their own items and no path names the agent: which items those are. The handler checks
    /// it.</summary>
    internal string? Own { get; init; }

    /// <summary>The error codes that it may return, in addition to those of its permission, its input, and its context.</summary>
    internal IReadOnlyList<string> Refuses { get; init; } = [];

    /// <summary>Whether it returns the errors that any operation may return; false for open operations without errors of their own.</summary>
    internal bool MayBeRefused => !AllowsAnyone || Refuses.Count > 0;

    internal IReadOnlyList<AnswerShape> Answers { get; init; } = [];

    internal OncePerKey OncePerKey { get; init; }

    /// <summary>The most bytes in its body; null for the server's setting.</summary>
    internal long? BodyLimit { get; init; }

    /// <summary>What it reads.</summary>
    internal abstract InputShape Takes { get; }

    /// <summary>What it reads from a frame.</summary>
    private protected abstract InputShape TakesFromFrames { get; }

    /// <summary>The error codes that its context may return.</summary>
    internal abstract IReadOnlyList<string> ContextRefusals { get; }

    internal IReadOnlyList<RestFace> Routes => _routes;

    internal IReadOnlyList<FrameFace> Frames => _frames;

    /// <summary>Answers a request.</summary>
    internal abstract Task ServeAsync(HttpContext http);

    /// <summary>Answers a frame with the handler for requests.</summary>
    internal abstract ValueTask<OutFrame?> ServeAsync(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken);

    /// <summary>Whether its input and its handler serve frames too.</summary>
    private protected abstract bool FitsFrames { get; }

    /// <summary>Whether requests of one connection may run at the same time, in turns.</summary>
    private protected virtual bool TakesTurns => false;

    /// <summary>Serves it over HTTP.</summary>
    /// <param name="path">Below the base path.</param>
    internal Operation Rest(string method, string path) => Add(new RestFace(method, ApiPath.Base + path));

    /// <summary>Serves it over HTTP, outside of the base path.</summary>
    internal Operation RestOutside(string method, string path) => Add(new RestFace(method, path));

    /// <summary>Serves it over a socket, with the handler for requests.</summary>
    /// <param name="meaning">The summary to use if the frame is about its sender.</param>
    internal Operation Frame(string name, string? meaning = null)
    {
        if (!FitsFrames)
            throw new InvalidOperationException($"{Name} has an input that cannot be read from a frame: give {name} a handler of its own.");
        var answer = Answers.FirstOrDefault(answer => answer.Status < StatusCodes.Status300MultipleChoices)?.Noun;
        return Add(new FrameFace(new FrameMeaning(name, meaning ?? Summary, TakesFromFrames.Body, answer) { Examples = TakesFromFrames.Examples }) { Answerer = ServeAsync, TakesTurns = TakesTurns });
    }

    /// <summary>Serves it over a socket with a separate handler, for frames with many items.</summary>
    internal Operation Frame<TConnection>(FrameMeaning meaning, FrameHandler<TConnection> handler, FrameRunHandler<TConnection>? runHandler = null)
        where TConnection : class, IFrameConnection => Add(FrameFace.Of(meaning, handler, runHandler));

    /// <summary>Serves it over a socket with a separate handler, if the answer differs.</summary>
    internal Operation Frame<TConnection>(FrameMeaning meaning, Func<TConnection, InFrame, CancellationToken, ValueTask<Answer>> handler)
        where TConnection : class, IFrameConnection => Add(new FrameFace(meaning)
        {
            Answerer = async (connection, frame, cancellationToken) => (await handler((TConnection)connection, frame, cancellationToken)).ToFrame(frame.Id),
        });

    private Operation Add(RestFace face)
    {
        foreach (var part in Takes.Path)
        {
            if (!face.Path.Contains($"{{{part}}}", StringComparison.Ordinal) && !face.Path.EndsWith($"{{**{part}}}", StringComparison.Ordinal))
                throw new InvalidOperationException($"{Name} reads {{{part}}}, which {face.Path} does not have.");
        }

        _routes.Add(face);
        return this;
    }

    private Operation Add(FrameFace face)
    {
        _frames.Add(face);
        return this;
    }
}

/// <summary>The HTTP endpoint of an operation.</summary>
/// <param name="Path">From the root.</param>
internal sealed record RestFace(string Method, string Path);
