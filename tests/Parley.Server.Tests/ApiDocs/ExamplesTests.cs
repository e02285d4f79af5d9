using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.ApiDocs;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed class ExamplesTests
{
    public static TheoryData<Type> Types => [.. Examples.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_example_is_what_the_wire_takes(Type type)
    {
        foreach (var example in Examples.Of(type))
        {
            var value = JsonSerializer.Deserialize(example.Json, WireJson.Strict.GetTypeInfo(type)!);
            var again = JsonSerializer.SerializeToNode(value, WireJson.Strict.GetTypeInfo(type)!);

            // Written again it says the same, so no field was lost; an answer has every field that the server writes.
            Assert.True(
                JsonNode.DeepEquals(Bare(JsonNode.Parse(example.Json)), Bare(again)) || JsonNode.DeepEquals(JsonNode.Parse(example.Json), again),
                $"{type.Name}, {example.Name}: {again}");
        }
    }

    [Fact]
    public void Every_code_has_a_problem_of_its_own()
    {
        Assert.All(ErrorCatalog.All, meaning => Assert.Equal(meaning.Code, ProblemExamples.Of(meaning.Code)["code"]!.GetValue<string>()));
    }

    /// <summary>Without what is null, which a client leaves out.</summary>
    private static JsonNode? Bare(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, Bare(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Bare)]),
        _ => node?.DeepClone(),
    };
}
