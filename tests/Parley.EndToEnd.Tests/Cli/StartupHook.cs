using System.Diagnostics.CodeAnalysis;

/// <summary>By this name .NET finds what a program is to run before its own first line: https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md.
/// In the tests' own process nobody calls it.</summary>
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The name is .NET's.")]
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The name is .NET's.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        // The command line's library is loaded when the program has set its nets.
        AppDomain.CurrentDomain.AssemblyLoad += static (_, loaded) =>
        {
            if (loaded.LoadedAssembly.GetName().Name == "System.CommandLine")
                new Thread(Fall).Start();
        };
    }

    private static void Fall() => throw new InvalidOperationException("the sky has fallen");
}
