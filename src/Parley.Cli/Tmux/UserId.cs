using System.Runtime.InteropServices;

namespace Parley.Cli.Tmux;

/// <summary>The number of this user, which tmux has in its folder's name.</summary>
internal static partial class UserId
{
    public static uint Current => GetUid();

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial uint GetUid();
}
