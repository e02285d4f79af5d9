using System.Reflection;

namespace Parley.Server.Monitoring;

/// <summary>The version of Parley.</summary>
internal static class ServerVersion
{
    /// <summary>For example <c>0.1.0</c>, without the part after a plus sign (the commit).</summary>
    internal static string Text { get; } = Read();

    private static string Read()
    {
        var assembly = typeof(ServerVersion).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString(3);
        return version.Split('+')[0];
    }
}
