using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Connections.Relay;
using Parley.Server.Connections.ServerSentEvents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed class ExamplesTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public void Every_example_is_what_the_wire_takes()
    {
        var examples = All().ToList();

        Assert.True(examples.Count > 100, $"Only {examples.Count} examples were found.");
        foreach (var (where, type, example) in examples)
        {
            var value = JsonSerializer.Deserialize(example.Json, WireJson.Strict.GetTypeInfo(type)!);
            var again = JsonSerializer.SerializeToNode(value, WireJson.Strict.GetTypeInfo(type)!);

            // Written again it says the same, so no field was lost; an answer has every field that the server writes.
            Assert.True(
                JsonNode.DeepEquals(Bare(JsonNode.Parse(example.Json)), Bare(again)) || JsonNode.DeepEquals(JsonNode.Parse(example.Json), again),
                $"{where}, {type.Name}, {example.Name}: {again}");
        }
    }

    [Fact]
    public void Every_code_has_its_own_problem()
    {
        Assert.All(ErrorCatalog.All, meaning => Assert.Equal(meaning.Code, ProblemExamples.Of(meaning.Code)["code"]!.GetValue<string>()));
    }

    private IEnumerable<(string Where, Type Type, Example Example)> All()
    {
        foreach (var (_, operation) in server.Get<OperationCatalog>().All)
        {
            foreach (var example in operation.Takes.Examples)
                yield return (operation.Name, operation.Takes.Body!, example);
            foreach (var answer in operation.Answers.Where(answer => answer.Noun is not null))
            {
                foreach (var example in answer.Examples)
                    yield return (operation.Name, answer.Noun!, example);
            }
        }

        var frames = server.Get<FrameTable>().Faces.Select(face => face.Meaning)
            .Concat(ServerFrames.All).Concat(StreamsConcept.EventsOf(server.Get<EntityKinds>())).Append(RelayFrames.Said).Append(RelayFrames.Heard);
        foreach (var frame in frames)
        {
            foreach (var example in frame.Examples)
                yield return (frame.Name, frame.Data!, example);
        }
    }

    /// <summary>Without what is null, which a client leaves out.</summary>
    private static JsonNode? Bare(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, Bare(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Bare)]),
        _ => node?.DeepClone(),
    };
}
