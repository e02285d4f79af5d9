using System.Runtime.InteropServices;
using Parley.Cli.Output;

namespace Parley.Cli.CommandLine;

/// <summary>Unexpected exceptions. The user gets one sentence. The details are for whoever fixes the program, and go to a file, or to standard error
/// with <c>PARLEY_DEBUG=1</c>.</summary>
internal static class Unforeseen
{
    private const string Variable = "PARLEY_DEBUG";

    private static bool IsDebug => Environment.GetEnvironmentVariable(Variable)?.ToLowerInvariant() is "1" or "true" or "yes" or "on";

    /// <summary>Handles exceptions outside of commands: on threads that nobody waits for, where the runtime would print everything and dump core, and
    /// in tasks that nobody observed.</summary>
    public static void WatchThreads()
    {
        AppDomain.CurrentDomain.UnhandledException += static (_, fallen) =>
        {
            if (fallen.ExceptionObject is Exception bug)
                Environment.Exit(Tell(bug));
        };
        TaskScheduler.UnobservedTaskException += static (_, forgotten) =>
        {
            if (IsDebug)
                Console.Error.WriteLine(forgotten.Exception);
            forgotten.SetObserved();
        };
    }

    /// <summary>Prints it on standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Tell(Exception bug)
    {
        // Nobody reads the output anymore. That is not a failure, and nobody needs to be told.
        if (bug is IOException { HResult: StandardOutput.NobodyReads })
            return (int)ExitCode.Done;
        Console.Error.WriteLine($"parley: {Describe(bug)}");
        return (int)ExitCode.Failed;
    }

    /// <summary>One sentence that names the file with the details, which this method writes.</summary>
    public static string Describe(Exception bug)
    {
        var sentence = $"An unexpected error occurred: {bug.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.')}.";
        if (IsDebug)
        {
            Console.Error.WriteLine(bug);
            return sentence;
        }

        return Save(bug) is { } file
            ? $"{sentence} Please report it with {file}, which has the details; {Variable}=1 shows them here."
            : $"{sentence} {Variable}=1 shows the details.";
    }

    private static string? Save(Exception bug)
    {
        try
        {
            // A new file that only this user can read. It does not include the arguments, because they may contain a token.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var file = Path.Combine(Path.GetTempPath(), $"parley-error-{Guid.NewGuid():N}.txt");
            using var writer = new StreamWriter(file, options);
            writer.WriteLine($"parley {ProgramVersion.Text} on {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription}");
            writer.WriteLine(bug);
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
