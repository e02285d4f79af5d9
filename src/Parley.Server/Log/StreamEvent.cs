using System.Text;

namespace Parley.Server.Log;

/// <summary>An entry of the log as an event of a stream.</summary>
/// <param name="name">The event's name, in ASCII.</param>
/// <param name="data">JSON on one line.</param>
internal sealed class StreamEvent(string name, byte[] data)
{
    private readonly byte[] _name = Encoding.ASCII.GetBytes(name);

    internal ReadOnlySpan<byte> Name => _name;

    internal byte[] Data => data;

    /// <summary>Nothing follows on the stream of what it is about.</summary>
    internal bool Ends { get; init; }
}
