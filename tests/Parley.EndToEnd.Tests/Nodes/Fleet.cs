using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Parley.Tests.Postgres;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Several published servers on one PostgreSQL, and a balancer before them. Each node reaches the database by a wire of its own,
/// which can be cut.</summary>
internal sealed class Fleet : IReachable, IAsyncDisposable
{
    private readonly List<TcpProxy> _wires = [];
    private readonly List<KillableServer> _nodes = [];
    private TcpProxy? _balancer;

    private Fleet(PostgresServer database) => Database = database;

    internal PostgresServer Database { get; }

    internal IReadOnlyList<KillableServer> Nodes => _nodes;

    /// <summary>Between each node and the database.</summary>
    internal IReadOnlyList<TcpProxy> Wires => _wires;

    public string Url => _balancer!.Url;

    public string DataFolder => _nodes[0].DataFolder;

    public string ConfigFolder => _nodes[0].ConfigFolder;

    public string Token => File.ReadAllText(Path.Combine(DataFolder, "admin.token")).Trim();

    internal static async Task<Fleet> StartAsync(int nodes, CancellationToken cancellationToken)
    {
        var fleet = new Fleet(await PostgresServer.StartAsync());
        var name = await fleet.Database.CreateDatabaseAsync();
        var binary = await PublishedBinary.FindAsync(cancellationToken);
        for (var i = 0; i < nodes; i++)
        {
            var wire = TcpProxy.Start(() => [fleet.Database.Port]);
            fleet._wires.Add(wire);
            fleet._nodes.Add(new KillableServer(binary) { Database = $"postgres://postgres:the-pass-word@127.0.0.1:{wire.Port}/{name}" });
        }

        // Together, as after a power cut: one of them makes the tables.
        await Task.WhenAll(fleet._nodes.Select(node => node.StartAsync(cancellationToken)));
        fleet._balancer = TcpProxy.Start(() => [.. fleet._nodes.Where(node => node.IsRunning).Select(node => node.Port)]);
        return fleet;
    }

    /// <summary>With the rights of an admin, at one node.</summary>
    internal ParleyApi Open(int node) => ParleyApi.Open(new ParleyOptions { Url = _nodes[node].Url, DataFolder = _nodes[node].DataFolder });

    /// <summary>With the rights of an admin, at whichever node answers.</summary>
    internal ParleyApi Open() => ParleyApi.Open(new ParleyOptions { Url = Url, Token = Token });

    public async ValueTask DisposeAsync()
    {
        if (_balancer is not null)
            await _balancer.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        foreach (var wire in _wires)
            await wire.DisposeAsync();
        await Database.DisposeAsync();
    }
}
