using Spectre.Console;

namespace Parley.Cli.Conversation;

/// <summary>A color for each role, always the same on every screen.</summary>
internal static class RoleColours
{
    // Without yellow, cyan, and green, which are assigned to roles, and red, which means an error.
    private static readonly Color[] Others =
        [Color.Magenta1, Color.DodgerBlue1, Color.Orange1, Color.MediumPurple1, Color.HotPink, Color.SteelBlue1, Color.Tan, Color.Plum1];

    /// <summary>The color of a role; without a role, a color derived from the agent's id.</summary>
    public static Color Of(string? role, string agentId) => role switch
    {
        "project_manager" => Color.Yellow,
        not null when role.StartsWith("backend", StringComparison.Ordinal) => Color.Cyan1,
        not null when role.StartsWith("frontend", StringComparison.Ordinal) => Color.Green,
        null when agentId is "human" => Color.White,
        _ => Others[StableHash(role ?? agentId) % (uint)Others.Length],
    };

    // FNV-1a, because string.GetHashCode differs from run to run, and the colors would too.
    private static uint StableHash(string text)
    {
        var hash = 2166136261;
        foreach (var character in text)
            hash = (hash ^ character) * 16777619;
        return hash;
    }
}
