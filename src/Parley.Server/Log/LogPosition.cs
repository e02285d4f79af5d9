using System.Globalization;

namespace Parley.Server.Log;

/// <summary>A place in a project's log, <c>EPOCH-SEQ</c> on the wire. Restoring a backup starts a new epoch, so that readers with older places
/// notice.</summary>
internal readonly record struct LogPosition(long Epoch, long Seq)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Seq}");

    /// <summary>Reads <c>EPOCH-SEQ</c>, or a bare seq, which refers to the current epoch.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, long presentEpoch, out LogPosition position)
    {
        position = default;
        var dash = text.IndexOf('-');
        var epoch = presentEpoch;
        if (dash >= 0 && !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out epoch))
            return false;
        if (!long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            return false;
        position = new LogPosition(epoch, seq);
        return true;
    }
}
