using System.Net;
using System.Text.Json;
using Json.Schema;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.ApiDocs;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>The published JSON Schema of a plan, as an editor uses it.</summary>
public sealed class PlanSchemaTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public async Task It_stands_alone()
    {
        var schema = await server.ReadAsync("/workflow.schema.json");

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema["$schema"]!.GetValue<string>());
        Assert.Empty(DescribedServer.BrokenReferences(schema));
        Assert.DoesNotContain("#/components/", schema.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_examples_of_plans_fit()
    {
        var schema = await SchemaAsync();
        var examples = server.Get<OperationCatalog>().All
            .Where(declared => declared.Operation.Takes.Body == typeof(WorkflowRequest))
            .SelectMany(declared => declared.Operation.Takes.Examples)
            .ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.True(Fits(schema, example.Json), example.Json));
    }

    [Theory]
    [InlineData("""{"steps": [{"step": "a", "agent": "pm", "action": "Build."}]}""", true)]
    [InlineData("""{"definition": "release", "input": {"branch": "main"}, "revision": 1}""", true)]
    [InlineData("""{"steps": [{"agent": null, "person": "human", "action": "Well?", "options": ["yes", {"value": "no", "label": "No"}], "default": "no", "timeout_seconds": 60}]}""", true)]
    [InlineData("""{"steps": [{"capability": "qa", "action": "Test.", "retries": {"max": 2}, "on_failure": "compensate", "compensate": "Clean up.", "when": [{"step": "input", "op": "ge", "value": 3}]}]}""", true)]
    [InlineData("""{"title": "Nothing to do"}""", false)]
    [InlineData("""{"definition": "release", "steps": [{"agent": "pm", "action": "Build."}]}""", false)]
    [InlineData("""{"steps": [{"step": "a", "action": "Build."}]}""", false)]
    [InlineData("""{"steps": [{"agent": "pm", "person": "human", "action": "Build."}]}""", false)]
    [InlineData("""{"steps": [{"agent": "pm", "acton": "Build."}]}""", false)]
    [InlineData("""{"steps": [{"agent": "pm", "action": "Build.", "on_failure": "ignore"}]}""", false)]
    [InlineData("""{"steps": [{"agent": "pm", "action": "Build.", "when": [{"step": "input", "op": "matches", "value": "x"}]}]}""", false)]
    [InlineData("""{"steps": [{"agent": "pm", "action": "Build.", "retries": {"max": "two"}}]}""", false)]
    public async Task It_says_of_a_plan_what_the_server_says(string plan, bool isGood)
    {
        await using var host = await ConceptHost.StartAsync();
        var pm = await host.AgentAsync("pm");
        await host.SendAsync(HttpMethod.Put, "/api/v1/workflows/definitions/release", pm, """{"steps": [{"agent": "pm", "action": "Ship."}]}""");

        var said = await host.SendAsync(HttpMethod.Post, "/api/v1/workflows", pm, plan);

        Assert.True((said.Status == HttpStatusCode.Created) == isGood, said.Text);
        Assert.Equal(isGood, Fits(await SchemaAsync(), plan));
    }

    private async Task<JsonSchema> SchemaAsync() =>
        JsonSchema.FromText((await server.ReadAsync("/workflow.schema.json")).ToJsonString(), new BuildOptions { SchemaRegistry = new SchemaRegistry() });

    private static bool Fits(JsonSchema schema, string plan)
    {
        using var document = JsonDocument.Parse(plan);
        return schema.Evaluate(document.RootElement).IsValid;
    }
}
