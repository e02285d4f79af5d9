using Microsoft.Win32.SafeHandles;

namespace Parley.Cli.Output;

/// <summary>Standard output that reports when nobody reads it anymore.</summary>
internal static class StandardOutput
{
    /// <summary>The <see cref="Exception.HResult"/> of a write to a pipe that nobody reads: EPIPE, on Linux and macOS.</summary>
    public const int NobodyReads = 32;

    /// <summary>A writer that throws an <see cref="IOException"/> with <see cref="NobodyReads"/> when the reader of a pipe is gone. .NET's own
    /// console ignores that, so <c>parley watch | head</c> would run forever.</summary>
    public static TextWriter Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.Out;

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // With a file, the stream would keep its own position and overwrite what others (such as standard error) wrote in the meantime.
        return stream.CanSeek ? Console.Out : new StreamWriter(stream) { AutoFlush = true };
    }
}
