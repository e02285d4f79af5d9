using System.Text.RegularExpressions;
using Parley.Protocol;
using Xunit;

namespace Parley.Server.Tests.Architecture;

/// <summary>Which part of the server may know which. An exception has its reason beside it; one that is no longer needed fails too.</summary>
public sealed partial class ArrowTests
{
    /// <summary>A concept uses those to its left.</summary>
    private static readonly string[] Concepts = ["Projects", "Agents", "Squads", "Messages", "Executions"];

    /// <summary>Files that use a concept to the right of their own, and why that is no mistake.</summary>
    private static readonly Dictionary<(string File, string Uses), string> Rightward = new()
    {
        [("Projects/ProjectState.cs", "Agents")] = "a project in memory holds its agents, so that an address is resolved by one look",
    };

    /// <summary>The contracts that connections hold: the log for the readers they make, the places of the relay, and the messages to claim
    /// and give back what they carry. Everything else goes through a concept's behaviour.</summary>
    private static readonly HashSet<string> StoresOfConnections = ["ILogStore", "IMessageStore", "IRelayStore"];

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
    public void A_concept_uses_only_those_to_its_left()
    {
        var found = SourceTree.Server
            .SelectMany(file => file.Uses.Select(SourceTree.RoomOf).Where(room => IsRightOf(room, file.Room)).Select(room => (file.Path, room)))
            .Order();

        Assert.Equal(Rightward.Keys.Order(), found);
    }

    [Fact]
    public void Storage_sees_no_endpoint()
    {
        var storage = SourceTree.Server.Where(file => file.Room.StartsWith("Storage", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(storage);
        Assert.All(storage, file =>
        {
            Assert.DoesNotContain("Microsoft.AspNetCore", file.Text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Endpoints(), file.Text);
            // The relay declares what it stores beside itself, as every concept does.
            Assert.DoesNotContain(file.Uses.Select(SourceTree.RoomOf), room => room is "Rest" || (room.StartsWith("Connections", StringComparison.Ordinal) && room != "Connections/Relay"));
        });
    }

    [Theory]
    [InlineData("Storage/Sqlite")]
    [InlineData("Storage/Postgres")]
    public void Only_the_composition_knows_which_storage_there_is(string storage)
    {
        var users = SourceTree.Server
            .Where(file => file.Room != storage && file.Uses.Select(SourceTree.RoomOf).Contains(storage))
            .Select(file => file.Path);

        Assert.Equal(["Storage/StorageSetup.cs"], users);
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
    public void The_edge_knows_no_concept()
    {
        var known = SourceTree.Server.Where(file => file.Room == "Rest").SelectMany(file => file.Uses.Select(SourceTree.RoomOf)).Distinct();

        Assert.DoesNotContain(known, room => Concepts.Contains(room));
    }

    [Fact]
    public void No_room_is_for_odds_and_ends()
    {
        string[] words = ["Services", "Helpers", "Common", "Models", "Utils"];

        Assert.DoesNotContain(SourceTree.Server.SelectMany(file => file.Room.Split('/')), part => words.Contains(part));
    }

    private static bool IsRightOf(string room, string of) => Array.IndexOf(Concepts, of) is >= 0 and var at && Array.IndexOf(Concepts, room) > at;

    [GeneratedRegex(@"\bI[A-Z]\w+Store\b", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Stores();

    [GeneratedRegex(@"\b\w+Endpoints?\b", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Endpoints();
}
