using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Architecture;
using Xunit;

namespace Parley.Server.Tests.Events;

public sealed class EventCatalogTests
{
    [Fact]
    public async Task The_page_about_events_lists_exactly_the_events_that_the_server_publishes()
    {
        await using var host = await ConceptHost.StartAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "concepts", "events.md"), TestContext.Current.CancellationToken);

        var declared = host.Get<EventCatalog>().All.SelectMany(events => events.All).Select(one => $"| `{one.Type}` | {one.Meaning} |").Order(StringComparer.Ordinal);
        var table = page.Split("\n## ").Single(section => section.StartsWith("What the server publishes", StringComparison.Ordinal));
        var documented = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line[..(line.LastIndexOf('|', line.Length - 2) + 1)])
            .Order(StringComparer.Ordinal);

        Assert.Equal(declared, documented);
    }
}
