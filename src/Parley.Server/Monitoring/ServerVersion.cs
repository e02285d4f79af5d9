using System.Reflection;

namespace Parley.Server.Monitoring;

/// <summary>Which Parley this is.</summary>
internal static class ServerVersion
{
    /// <summary>As in <c>0.1.0</c>; what stands behind a plus sign (the commit) is left out.</summary>
    internal static string Text { get; } = Read();

    private static string Read()
    {
        var assembly = typeof(ServerVersion).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString(3);
        return version.Split('+')[0];
    }
}
