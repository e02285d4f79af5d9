using System.Reflection;

namespace Parley.Cli.CommandLine;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>For example <c>0.1.0</c> or <c>0.1.1-alpha.0.3</c>, without the part after a plus sign (the commit).</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
