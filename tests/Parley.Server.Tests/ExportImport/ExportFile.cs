using Parley.Server.ExportImport;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>An export in a folder of its own, gone with it.</summary>
internal sealed class ExportFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-export-").FullName;

    internal string Path => System.IO.Path.Combine(_folder, "export.jsonl");

    internal string Partial => $"{Path}.partial";

    internal IReadOnlyList<string> Lines => File.ReadAllLines(Path);

    /// <summary>Without the first and the last, which are of this export alone.</summary>
    internal IReadOnlyList<string> DataLines => [.. Lines.Skip(1).SkipLast(1)];

    internal Task<ExportSummary> ExportAsync(ServerData from, bool resume = false) =>
        StoreTransfer.ExportAsync(from.Settings, Path, resume, TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken);

    internal async Task<ImportSummary> ImportAsync(ServerData to)
    {
        await using var file = File.OpenRead(Path);
        return await StoreTransfer.ImportAsync(file, to.Settings, TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
