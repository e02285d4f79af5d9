using System.Text.Json;

namespace Parley.Server.Wire;

/// <summary>How deep JSON may be nested. The limit for what clients send is far below that for reading and writing it, because it comes back inside
/// lists, frames, and lines of an export, which add levels of their own.</summary>
internal static class JsonDepth
{
    /// <summary>The limit for what a client sends: a body, or the data of a frame. Deeper nesting is refused.</summary>
    internal const int OfInput = 32;

    /// <summary>The limit for what is stored, with everything around it. <see cref="Protocol.WireJson"/> has the same.</summary>
    internal const int OfStored = 256;

    internal static JsonReaderOptions Input => new() { MaxDepth = OfInput };

    internal static JsonReaderOptions Stored => new() { MaxDepth = OfStored };

    internal static JsonDocumentOptions StoredDocument => new() { MaxDepth = OfStored };
}
