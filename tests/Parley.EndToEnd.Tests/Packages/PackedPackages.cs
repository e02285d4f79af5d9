using System.Diagnostics;
using Xunit;

namespace Parley.EndToEnd.Tests.Packages;

/// <summary>The packages of this repository, packed from what was built for the tests, in a folder that serves as a feed.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-packages-");

    public string Feed => Path.Combine(_folder.FullName, "feed");

    /// <summary>A new folder beside the feed: no file of the repository reaches there.</summary>
    public string CreateFolder(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>The one package of this name, as a file.</summary>
    public string Find(string name, string extension = "nupkg") =>
        Assert.Single(Directory.GetFiles(Feed), file => VersionOf(Path.GetFileName(file), name, extension) is not null);

    public string Version => VersionOf(Path.GetFileName(Find("Parley.Client")), "Parley.Client", "nupkg")!;

    public async ValueTask InitializeAsync()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var root = own;
        while (!File.Exists(Path.Combine(root.FullName, "Parley.slnx")))
            root = root.Parent ?? throw new DirectoryNotFoundException($"No repository above {own}.");
        await DotnetAsync(root.FullName, "pack", "Parley.slnx", "--no-build", "-c", own.Name, "-o", Feed, "--nologo", "-v", "quiet");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs the SDK, and answers what it wrote.</summary>
    public static Task<string> DotnetAsync(string folder, params string[] arguments) => DotnetAsync(folder, new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="DotnetAsync(string, string[])"/>
    public static async Task<string> DotnetAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What is left behind would hold the output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await error}");
        return output;
    }

    // "Parley.Client.0.1.0.nupkg" is a version of Parley.Client and of nothing shorter.
    private static string? VersionOf(string file, string name, string extension) =>
        file.StartsWith($"{name}.", StringComparison.Ordinal) && file.EndsWith($".{extension}", StringComparison.Ordinal) && char.IsDigit(file[name.Length + 1])
            ? file[(name.Length + 1)..^(extension.Length + 1)]
            : null;
}
