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

    /// <summary>This is the last event on its stream.</summary>
    internal bool Ends { get; init; }
}
