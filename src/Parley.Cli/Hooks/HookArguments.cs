using System.Diagnostics.CodeAnalysis;

namespace Parley.Cli.Hooks;

/// <summary>The arguments of what harnesses start: <c>parley hook run|wait|watch HARNESS</c>. They are read without the command tree, which takes longer
/// to build than a hook may take.</summary>
internal sealed record HookArguments(string Verb, string Harness)
{
    /// <summary>The harnesses whose hooks the server knows.</summary>
    internal static IReadOnlyList<string> Harnesses { get; } = ["claude", "codex", "copilot", "gemini"];

    /// <summary>The agent that the harness runs; null for the one that is named after its folder.</summary>
    internal string? Agent { get; init; }

    /// <summary>Whether a message that is to interrupt may refuse a tool.</summary>
    internal bool Interrupt { get; init; }

    internal string? Url { get; init; }

    internal string? Token { get; init; }

    internal string? Project { get; init; }

    /// <returns>False for anything but a correct call.</returns>
    internal static bool TryRead(string[] arguments, [NotNullWhen(true)] out HookArguments? read)
    {
        read = null;
        if (arguments is not ["hook", "run" or "wait" or "watch", var harness, ..] || !Harnesses.Contains(harness))
            return false;
        var known = new HookArguments(arguments[1], harness);
        for (var i = 3; i < arguments.Length; i++)
        {
            if (arguments[i] == "--interrupt")
            {
                known = known with { Interrupt = true };
                continue;
            }

            var (name, value) = arguments[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? (arguments[i][..at], arguments[i][(at + 1)..])
                : (arguments[i], ++i < arguments.Length ? arguments[i] : "");
            if (value.Length == 0)
                return false;
            known = name switch
            {
                "--agent" or "--as" => known with { Agent = value },
                "--url" => known with { Url = value },
                "--token" => known with { Token = value },
                "--project" => known with { Project = value },
                _ => null,
            };
            if (known is null)
                return false;
        }

        read = known;
        return true;
    }
}
