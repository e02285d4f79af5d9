using System.Diagnostics;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary><c>parley</c> as users have it: that of <c>PARLEY_BIN</c>, else the published one of this repository, built where it is missing.</summary>
internal static class PublishedBinary
{
    internal static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("PARLEY_BIN") is { Length: > 0 } given)
            return File.Exists(given) ? given : throw new FileNotFoundException("PARLEY_BIN names no file.", given);

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Parley.slnx")))
            root = root.Parent;
        if (root is null)
            throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}: set PARLEY_BIN.");

        // The script builds what is missing or older than the sources.
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(root.FullName, "parley"), ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        _ = await script.StandardOutput.ReadToEndAsync(cancellationToken);
        await script.WaitForExitAsync(cancellationToken);
        return script.ExitCode == 0
            ? Path.Combine(root.FullName, "artifacts", "publish", "parley", "parley")
            : throw new InvalidOperationException("./parley did not build.");
    }
}
