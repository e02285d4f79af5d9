namespace Parley.Server.Storage;

/// <summary>A log entry's key: project and seq in one integer, so that a project's log is contiguous in the file, in order.</summary>
internal static class LogKey
{
    private const int SeqBits = 40;

    internal static long Of(int project, long seq) => ((long)project << SeqBits) | seq;

    internal static long? OrNull(int project, long seq) => seq == 0 ? null : Of(project, seq);

    internal static long Seq(long place) => place & ((1L << SeqBits) - 1);

    internal static int Project(long place) => (int)(place >> SeqBits);

    internal static long First(int project) => Of(project, 0);

    /// <summary>A key that is greater than those of all of the project's entries with a lower seq; the seq may be of any size.</summary>
    internal static long Below(int project, long seq) => seq >= 1L << SeqBits ? Last(project) + 1 : Of(project, seq);

    internal static long Last(int project) => Of(project, (1L << SeqBits) - 1);
}
