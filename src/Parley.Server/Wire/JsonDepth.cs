using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>How deep JSON may be nested. What a client sends is bounded far below what is read and written of it: it comes back inside of lists,
/// frames, and lines of an export, each of which adds levels of its own.</summary>
internal static class JsonDepth
{
    /// <summary>What a client sends: a body, or the data of a frame. Deeper nesting is refused.</summary>
    internal const int OfInput = 32;

    /// <summary>What is stored, with everything around it: <see cref="Protocol.WireJson"/> reads and writes as much.</summary>
    internal const int OfStored = 256;

    internal static JsonReaderOptions Input => new() { MaxDepth = OfInput };

    internal static JsonReaderOptions Stored => new() { MaxDepth = OfStored };

    internal static JsonDocumentOptions StoredDocument => new() { MaxDepth = OfStored };
}
