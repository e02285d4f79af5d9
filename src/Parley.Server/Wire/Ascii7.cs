using System.Buffers;

namespace Parley.Server.Wire;

/// <summary>Text that needs no escaping in JSON, as most ids, roles, and types.</summary>
internal static class Ascii7
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    internal static bool IsPlain(string text) => text.AsSpan().IndexOfAnyExcept(Plain) < 0;
}
