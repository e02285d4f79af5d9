using Parley.Cli.CommandLine;

namespace Parley.Cli.Hooks;

/// <summary>The part of the program that harnesses start, many times in a turn: apart from the command tree, the configuration, and the server.</summary>
internal static class HookProgram
{
    private const string Token = "--token";

    private static readonly string[] ForHelp = ["--help", "-h", "-?"];

    /// <returns>The exit code; null if these are not arguments of a hook.</returns>
    internal static int? TryRun(string[] arguments)
    {
        if (arguments is not ["hook", "run" or "wait" or "watch", ..] || arguments.Any(ForHelp.Contains))
            return null;
        if (!HookArguments.TryRead(arguments, out var hook))
            return Ignore(arguments);
        return hook.Verb switch
        {
            "run" => HookRun.Run(hook),
            "wait" => HookWait.RunAsync(hook, TimeProvider.System).GetAwaiter().GetResult(),
            _ => HookWatch.RunAsync(hook, TimeProvider.System).GetAwaiter().GetResult(),
        };
    }

    /// <summary>The usual exit code for wrong arguments would stop each prompt of the harness: a settings file may be newer than this program.</summary>
    private static int Ignore(string[] arguments)
    {
        var problem = $"'parley {string.Join(' ', arguments.Select(Shown))}' is not understood: it takes {OneOfWords.Listed(HookArguments.Harnesses)}, and --agent, --url, --token, or --project";
        new HookLog("hook").Write(problem);
        Console.Error.WriteLine($"parley: {Output.PlainText.Of(problem)}.");
        return 0;

        string Shown(string word, int at) => at > 0 && arguments[at - 1] == Token ? "..." : word.StartsWith($"{Token}=", StringComparison.Ordinal) ? $"{Token}=..." : word;
    }
}
