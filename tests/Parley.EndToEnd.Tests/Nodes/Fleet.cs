using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Parley.Tests.Postgres;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Several published servers on one PostgreSQL, and a balancer before them.</summary>
internal sealed class Fleet : IReachable, IAsyncDisposable
{
    private readonly List<TcpProxy> _wires = [];
    private readonly List<KillableServer> _nodes = [];
    private TcpProxy? _balancer;

    private Fleet(PostgresServer database) => Database = database;

    internal PostgresServer Database { get; }

    internal string DatabaseName { get; private set; } = "";

    /// <summary>Where there is one, the nodes know its address beside that of <see cref="Database"/>.</summary>
    internal PostgresServer? Standby { get; private init; }

    internal IReadOnlyList<KillableServer> Nodes => _nodes;

    /// <summary>Between each node and a database without a standby.</summary>
    internal IReadOnlyList<TcpProxy> Wires => _wires;

    public string Url => _balancer!.Url;

    public string DataFolder => _nodes[0].DataFolder;

    public string ConfigFolder => _nodes[0].ConfigFolder;

    public string Token => File.ReadAllText(Path.Combine(DataFolder, "admin.token")).Trim();

    /// <summary>Each node reaches the database by a wire of its own, which can be cut.</summary>
    internal static async Task<Fleet> StartAsync(int nodes, CancellationToken cancellationToken)
    {
        var fleet = new Fleet(await PostgresServer.StartAsync());
        var name = fleet.DatabaseName = await fleet.Database.CreateDatabaseAsync();
        for (var i = 0; i < nodes; i++)
            fleet._wires.Add(TcpProxy.Start(() => [fleet.Database.Port]));
        await fleet.LaunchAsync(nodes, i => Address(name, fleet._wires[i].Port), cancellationToken);
        return fleet;
    }

    /// <summary>The database waits with each commit for its standby. No node is told which of the two is the primary.</summary>
    internal static async Task<Fleet> StartWithStandbyAsync(int nodes, CancellationToken cancellationToken)
    {
        const string standby = "standby1";
        var primary = await PostgresServer.StartAsync();
        var fleet = new Fleet(primary) { Standby = await primary.StartStandbyAsync(standby) };
        await primary.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({standby})'");
        await primary.ExecuteAsync("SELECT pg_reload_conf()");
        fleet.DatabaseName = await primary.CreateDatabaseAsync();
        var address = Address(fleet.DatabaseName, fleet.Standby.Port, primary.Port);
        await fleet.LaunchAsync(nodes, _ => address, cancellationToken);
        return fleet;
    }

    private static string Address(string database, params int[] ports) =>
        $"postgres://postgres:the-pass-word@{string.Join(',', ports.Select(port => $"{PostgresServer.Host}:{port}"))}/{database}";

    private async Task LaunchAsync(int nodes, Func<int, string> address, CancellationToken cancellationToken)
    {
        var binary = await PublishedBinary.FindAsync(cancellationToken);
        _nodes.AddRange(Enumerable.Range(0, nodes).Select(node => new KillableServer(binary) { Database = address(node) }));
        // Together, as after a power cut: one of them makes the tables.
        await Task.WhenAll(_nodes.Select(node => node.StartAsync(cancellationToken)));
        _balancer = TcpProxy.Start(() => [.. _nodes.Where(node => node.IsRunning).Select(node => node.Port)]);
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
        if (Standby is not null)
            await Standby.DisposeAsync();
        await Database.DisposeAsync();
    }
}
