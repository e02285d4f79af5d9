using System.Diagnostics.CodeAnalysis;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Tells statements apart by a few of their letters and, where those agree, by all.</summary>
/// <remarks>A statement is some hundred letters long and looked up several times a message: hashing all of them each time cost more than
/// some of the statements do.</remarks>
internal sealed class SqlComparer : IEqualityComparer<string>
{
    /// <summary>Statements differ in their length, or in a table's or column's name somewhere: ten letters over the whole see it mostly.</summary>
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
