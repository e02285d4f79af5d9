using Spectre.Console;

namespace Parley.Cli.Conversation;

/// <summary>A colour for each role, the same on every screen and every day.</summary>
internal static class RoleColours
{
    // Without yellow, cyan and green, which have an owner, and red, which means that something is wrong.
    private static readonly Color[] Others =
        [Color.Magenta1, Color.DodgerBlue1, Color.Orange1, Color.MediumPurple1, Color.HotPink, Color.SteelBlue1, Color.Tan, Color.Plum1];

    /// <summary>The colour of a role; without one, that of the agent's id.</summary>
    public static Color Of(string? role, string agentId) => role switch
    {
        "project_manager" => Color.Yellow,
        not null when role.StartsWith("backend", StringComparison.Ordinal) => Color.Cyan1,
        not null when role.StartsWith("frontend", StringComparison.Ordinal) => Color.Green,
        null when agentId is "human" => Color.White,
        _ => Others[StableHash(role ?? agentId) % (uint)Others.Length],
    };

    // FNV-1a: string.GetHashCode differs from run to run, and so would the colours.
    private static uint StableHash(string text)
    {
        var hash = 2166136261;
        foreach (var character in text)
            hash = (hash ^ character) * 16777619;
        return hash;
    }
}
