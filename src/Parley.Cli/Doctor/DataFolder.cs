using Parley.Client;

namespace Parley.Cli.Doctor;

/// <summary>The data folder of a server on this machine, found even when no server is.</summary>
internal static class DataFolder
{
    // Any address will do: with one given, nothing is looked for in the folder that may be the very thing that is broken.
    private const string Anywhere = "http://localhost";

    public static string Of(ParleyOptions options) => ServerLocation.Find(options with { Url = Anywhere }).DataFolder;
}
