using System.Text.RegularExpressions;
using Parley.Protocol;
using Xunit;

namespace Parley.Server.Tests.Architecture;

/// <summary>Which part of the server may know which, by the compiled types.</summary>
public sealed partial class ArrowTests
{
    /// <summary>A concept uses those to its left.</summary>
    private static readonly string[] Concepts =
    [
        "Projects", "Agents", "Squads", "Schemas", "Routing", "Mailboxes", "History", "Messages", "Tasks", "Questions", "Reservations", "Storms", "Budgets", "Executions", "Workflows", "Memory", "Events", "Webhooks", "Inbound", "Wakes", "Hooks", "Summaries", "CatchUp", "Attention",
    ];

    /// <summary>What every concept stands on; none of these knows any.</summary>
    private static readonly string[] Ground = ["Wire", "Files", "Rest", "Limits", "Settings", "Outgoing", "Security", "Log", "Coordination", "Entities", "Storage", "Connections", "Connections/Frames", "Operations", "Tokens"];

    /// <summary>What carries, keeps and watches the concepts, and may know all of them. Neither they nor the ground know it.</summary>
    private static readonly string[] Around =
    [
        "Connections/WebSockets", "Connections/ServerSentEvents", "Connections/Relay", "Storage/Sql", "Storage/Sqlite", "Storage/Postgres",
        "Idempotency", "Monitoring", "Statistics", "Playback", "Nodes", "ExportImport", "SignIn", "ApiDocs", "Dashboard", "Mcp", "Mcp/Tools",
    ];

    private static readonly RoomGraph Rooms = RoomGraph.Read(typeof(ParleyServer).Assembly, "Parley.Server");

    /// <summary>The contracts that connections hold: the log for the readers they make, the places of the relay, and the deliveries to claim
    /// and give back what they carry. Everything else goes through a concept's behaviour.</summary>
    private static readonly HashSet<string> StoresOfConnections = ["IDeliveryStore", "ILogStore", "IRelayStore"];

    [Fact]
    public void The_protocol_uses_nothing()
    {
        var references = typeof(Message).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!);

        Assert.All(references, name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_client_knows_the_protocol_and_not_the_server()
    {
        var references = typeof(Client.ParleyAgent).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)
            .Where(name => name.StartsWith("Parley", StringComparison.Ordinal));

        Assert.Equal(["Parley.Protocol"], references);
    }

    [Fact]
    public void Rooms_form_no_cycle()
    {
        var cycles = Rooms.Cycles();

        Assert.True(cycles.Count == 0, string.Join('\n', cycles.Select(Explain)));
    }

    /// <summary>A room that is in no list may use whatever it likes, and one that was renamed takes its rule with it.</summary>
    [Fact]
    public void Every_room_has_its_place_and_every_place_its_room()
    {
        var rooms = SourceTree.Server.Select(file => file.Room).Where(room => room.Length > 0).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(rooms, Concepts.Concat(Ground).Concat(Around).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_concept_uses_only_those_to_its_left()
    {
        var rightward = Rooms.Uses.Where(use => IsRightOf(use.To, use.From)).Select(Explain).Order(StringComparer.Ordinal);

        Assert.Empty(rightward);
    }

    [Fact]
    public void The_ground_knows_no_concept()
    {
        var known = Rooms.Uses.Where(use => Ground.Contains(use.From) && Concepts.Contains(use.To)).Select(Explain).Order(StringComparer.Ordinal);

        Assert.Empty(known);
    }

    [Fact]
    public void What_stands_around_the_concepts_is_known_neither_by_them_nor_by_the_ground()
    {
        var known = Rooms.Uses.Where(use => (Ground.Contains(use.From) || Concepts.Contains(use.From)) && Around.Contains(use.To))
            .Select(Explain).Order(StringComparer.Ordinal);

        Assert.Empty(known);
    }

    [Fact]
    public void Only_the_root_sees_a_storage()
    {
        string[] storages = ["Storage/Sqlite", "Storage/Postgres"];
        var users = Rooms.Uses.Where(use => storages.Contains(use.To) && use.From.Length > 0).Select(Explain);

        Assert.Equal(["StorageSetup"], Rooms.Uses.Where(use => storages.Contains(use.To) && use.From.Length == 0).Select(use => use.User).Distinct());
        Assert.Empty(users);
    }

    [Fact]
    public void Storage_sees_no_endpoint()
    {
        var storage = SourceTree.Server.Where(file => file.Room.StartsWith("Storage", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(storage);
        Assert.All(storage, file => Assert.DoesNotContain("Microsoft.AspNetCore", file.Text, StringComparison.Ordinal));
        // The relay declares what it stores beside itself, as every concept does.
        Assert.DoesNotContain(Rooms.Uses, use =>
            use.From.StartsWith("Storage", StringComparison.Ordinal) &&
            (use.To == "Rest" || (use.To.StartsWith("Connections", StringComparison.Ordinal) && use.Used != "IRelayStore")));
    }

    [Fact]
    public void No_type_of_a_storage_is_seen_outside_the_server()
    {
        var visible = typeof(ParleyServer).Assembly.GetExportedTypes().Where(type => type.Namespace?.StartsWith("Parley.Server.Storage", StringComparison.Ordinal) == true);

        Assert.Empty(visible);
    }

    [Fact]
    public void Connections_see_no_store_but_the_contracts_of_what_they_carry()
    {
        var connections = SourceTree.Server.Where(file => file.Room.StartsWith("Connections", StringComparison.Ordinal)).ToList();

        var stores = connections.SelectMany(file => Stores().Matches(file.Text)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

        Assert.NotEmpty(connections);
        Assert.Equal(StoresOfConnections.Order(StringComparer.Ordinal), stores);
    }

    [Fact]
    public void No_room_is_for_odds_and_ends()
    {
        string[] words = ["Services", "Helpers", "Common", "Models", "Utils"];

        Assert.DoesNotContain(SourceTree.Server.SelectMany(file => file.Room.Split('/')), part => words.Contains(part));
    }

    private static string Explain(RoomUse use) => $"{use.From}/{use.User} uses {use.To}/{use.Used}";

    /// <summary>A cycle by what makes it: without the least of these there would be none.</summary>
    private static string Explain(IReadOnlyList<string> cycle) =>
        $"{string.Join(", ", cycle)} lead back to themselves:\n" +
        string.Join('\n', Rooms.Uses.Where(use => cycle.Contains(use.From) && cycle.Contains(use.To)).Select(use => $"    {Explain(use)}").Order(StringComparer.Ordinal));

    private static bool IsRightOf(string room, string of) => Array.IndexOf(Concepts, of) is >= 0 and var at && Array.IndexOf(Concepts, room) > at;

    [GeneratedRegex(@"\bI[A-Z]\w+Store\b", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Stores();
}
