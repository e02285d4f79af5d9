using Microsoft.AspNetCore.Http;
using Parley.Server.Connections.Frames;

namespace Parley.Server.Operations;

/// <summary>An operation that is available only over a socket, because it is about the connection itself.</summary>
internal sealed class SocketOperation(string name, string summary) : Operation(name, summary)
{
    /// <summary>What counts as a caller's own for these operations.</summary>
    internal const string Its = "the connection that it holds";

    internal override InputShape Takes { get; } = new();

    private protected override InputShape TakesFromFrames => Takes;

    internal override IReadOnlyList<string> ContextRefusals => [];

    private protected override bool FitsFrames => false;

    internal override Task ServeAsync(HttpContext http) => throw new NotSupportedException($"{Name} is served over sockets only.");

    internal override ValueTask<OutFrame?> ServeAsync(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{Name} has handlers of its frames' own.");
}
