using Npgsql;
using Parley.Server.Coordination;
using Parley.Server.Nodes;
using Parley.Server.Settings;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Nodes;

/// <summary>Two servers on one database, which know of each other.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(ConceptHost one, ConceptHost other) => (One, Other) = (one, other);

    internal ConceptHost One { get; }

    internal ConceptHost Other { get; }

    internal ConceptHost[] Both => [One, Other];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="change">What is to be otherwise than by default, on both.</param>
    internal static async Task<TwoNodes> StartAsync(PostgresDatabases databases, Func<ServerSettings, ServerSettings>? change = null)
    {
        var data = await new OnPostgres(databases).NewAsync();
        if (change is not null)
            data.Change = change;
        var nodes = new TwoNodes(await ConceptHost.StartAsync(data), await ConceptHost.StartAsync(data.Join()));
        // Each finds the other by looking, once a second of a clock that stands still here.
        while (!nodes.Both.All(host => host.Get<IClusterView>().AreThere))
        {
            foreach (var host in nodes.Both)
                await host.Get<Membership>().BeatAsync(Cancel);
        }

        return nodes;
    }

    /// <summary>A connection of the test's own to their database.</summary>
    internal async Task<NpgsqlConnection> OpenAsync()
    {
        var address = (PostgresAddress)One.Data.Settings.Database!;
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        // The database goes with the data of the first.
        foreach (var host in new[] { Other, One })
        {
            var clock = host.Clock;
            // A node that stops gives its connections time to go to another, by the clock.
            var stopping = host.DisposeAsync().AsTask();
            while (!stopping.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            await stopping;
            await host.Data.DisposeAsync();
        }
    }
}
