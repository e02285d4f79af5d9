using System.Reflection;

namespace Parley.Cli.CommandLine;

/// <summary>Which Parley this program is.</summary>
internal static class ProgramVersion
{
    /// <summary>As in <c>0.1.0</c> or <c>0.1.1-alpha.0.3</c>; what stands behind a plus sign (the commit) is left out.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
