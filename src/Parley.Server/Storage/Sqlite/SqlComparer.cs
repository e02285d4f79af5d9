using System.Diagnostics.CodeAnalysis;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Compares statements by a few of their characters and, if those are equal, by all.</summary>
/// <remarks>A statement has some hundreds of characters and is looked up several times per message. To hash all of them each time took longer than
/// some of the statements.</remarks>
internal sealed class SqlComparer : IEqualityComparer<string>
{
    /// <summary>Statements differ in length, or in the name of a table or column. Ten characters, spread over the text, usually show the
    /// difference.</summary>
    private const int Sampled = 10;

    internal static SqlComparer Instance { get; } = new();

    public bool Equals(string? x, string? y) => ReferenceEquals(x, y) || string.Equals(x, y, StringComparison.Ordinal);

    public int GetHashCode([DisallowNull] string obj)
    {
        var hash = obj.Length;
        var step = Math.Max(1, obj.Length / Sampled);
        for (var i = obj.Length - 1; i >= 0; i -= step)
            hash = (hash * 31) + obj[i];
        return hash;
    }
}
