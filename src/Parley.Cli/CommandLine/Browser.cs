using System.ComponentModel;
using System.Diagnostics;

namespace Parley.Cli.CommandLine;

/// <summary>The browser of this machine.</summary>
internal static class Browser
{
    /// <exception cref="CommandException">This machine has no browser that can be started from here.</exception>
    public static void Open(Uri link)
    {
        try
        {
            using var browser = Process.Start(CommandFor(link));
        }
        catch (Win32Exception none)
        {
            throw new CommandException(ExitCode.Failed, "No browser could be started on this machine.", "Open the link yourself.", none);
        }
    }

    private static ProcessStartInfo CommandFor(Uri link) =>
        OperatingSystem.IsWindows() ? new ProcessStartInfo(link.AbsoluteUri) { UseShellExecute = true }
        : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [link.AbsoluteUri]);
}
