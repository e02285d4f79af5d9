using Microsoft.Win32.SafeHandles;

namespace Parley.Cli.Output;

/// <summary>Standard output that tells when nobody reads it any more.</summary>
internal static class StandardOutput
{
    /// <summary>The <see cref="Exception.HResult"/> of a write to a pipe that nobody reads: EPIPE, on Linux and macOS.</summary>
    public const int NobodyReads = 32;

    /// <summary>A writer that throws an <see cref="IOException"/> of <see cref="NobodyReads"/> once the reader of a pipe
    /// is gone. .NET's own console swallows that, and <c>parley watch | head</c> would go on for ever.</summary>
    public static TextWriter Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.Out;

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // In a file the stream would keep a position of its own, and write over what others (standard error, say) wrote meanwhile.
        return stream.CanSeek ? Console.Out : new StreamWriter(stream) { AutoFlush = true };
    }
}
