namespace Parley.Server.Playback;

/// <summary>What finding one's way in a long log needs from the store.</summary>
internal interface IPlaybackStore
{
    /// <summary>The seq of the last entry at a time or before.</summary>
    /// <param name="stamp">Unix milliseconds.</param>
    /// <returns>The seq before the first entry that is left, if all entries are later.</returns>
    ValueTask<long> SeqAtAsync(int project, long stamp, CancellationToken cancellationToken);

    /// <summary>How many questions were asked and how many things failed, by bucket, for a range of time. Buckets without any are left out.</summary>
    /// <param name="since">Unix milliseconds.</param>
    /// <param name="until">Unix milliseconds (exclusive).</param>
    /// <param name="bucket">Milliseconds.</param>
    ValueTask<IReadOnlyList<MarkCount>> MarksAsync(int project, long since, long until, long bucket, CancellationToken cancellationToken);
}

/// <param name="At">The beginning of the bucket, in Unix milliseconds.</param>
internal readonly record struct MarkCount(long At, long Questions, long Failures);
