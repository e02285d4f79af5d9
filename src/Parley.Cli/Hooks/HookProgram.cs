namespace Parley.Cli.Hooks;

/// <summary>The part of the program that harnesses start, many times in a turn: apart from the command tree, the configuration, and the server.</summary>
internal static class HookProgram
{
    /// <returns>The exit code; null if these are not arguments of a hook.</returns>
    internal static int? TryRun(string[] arguments) => !HookArguments.TryRead(arguments, out var hook) ? null : hook.Verb switch
    {
        "run" => HookRun.Run(hook),
        _ => null,
    };
}
