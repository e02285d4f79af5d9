using Parley.Client;

namespace Parley.Cli.Doctor;

/// <summary>The data folder of a server on this machine, even if no server is running.</summary>
internal static class DataFolder
{
    // Any address will do. If one is given, nothing is read from the folder, which may be what is broken.
    private const string Anywhere = "http://localhost";

    public static string Of(ParleyOptions options) => ServerLocation.Find(options with { Url = Anywhere }).DataFolder;
}
