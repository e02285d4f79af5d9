using System.Diagnostics;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary><c>parley</c> as users have it: that of <c>PARLEY_BIN</c>, else the published one of this repository, built where it is missing.</summary>
internal static class PublishedBinary
{
    internal static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("PARLEY_BIN") is { Length: > 0 } given)
            return File.Exists(given) ? given : throw new FileNotFoundException("PARLEY_BIN names no file.", given);

        var root = FindRepository() ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}: set PARLEY_BIN.");

        // Where nothing has changed since the last time, that is a matter of seconds.
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(root, "eng", "publish"), ["portable"]) { UseShellExecute = false })!;
        await script.WaitForExitAsync(cancellationToken);
        return script.ExitCode == 0
            ? Path.Combine(root, "artifacts", "publish", "portable", "parley")
            : throw new InvalidOperationException("eng/publish did not build.");
    }

    /// <summary>The folder of the checkout that the tests were built in; null where they were taken elsewhere.</summary>
    internal static string? FindRepository()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Parley.slnx")))
            root = root.Parent;
        return root?.FullName;
    }
}
