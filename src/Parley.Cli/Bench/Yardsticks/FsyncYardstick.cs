namespace Parley.Cli.Bench.Yardsticks;

/// <summary>How fast the disk confirms a write: the cost of every durable confirmation.</summary>
internal static class FsyncYardstick
{
    private const int Block = 4096;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    /// <summary>Appends of 4 KB per second, each followed by an fsync, on the disk of a folder.</summary>
    public static double Measure(string folder, TimeProvider time)
    {
        var path = Path.Combine(folder, $".bench-{Guid.NewGuid():N}");
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
        });
        var block = new byte[Block];
        var start = time.GetTimestamp();
        var count = 0;
        TimeSpan elapsed;
        do
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
            count++;
            elapsed = time.GetElapsedTime(start);
        }
        while (elapsed < Length);
        return count / elapsed.TotalSeconds;
    }
}
