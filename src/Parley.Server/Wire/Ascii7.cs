using System.Buffers;

namespace Parley.Server.Wire;

/// <summary>Text that is its own JSON: what ids, roles and types mostly are.</summary>
internal static class Ascii7
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    internal static bool IsPlain(string text) => text.AsSpan().IndexOfAnyExcept(Plain) < 0;
}
