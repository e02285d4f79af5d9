namespace Parley.Server.Log;

/// <summary>An entry of the log as an event of a stream.</summary>
/// <param name="Name">The event's name.</param>
internal readonly record struct StreamEvent(string Name, byte[] Data)
{
    /// <summary>Nothing follows on the stream of what it is about.</summary>
    internal bool Ends { get; init; }
}
