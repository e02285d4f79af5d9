using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Schemas;
using Xunit;

namespace Parley.Server.Tests.Schemas;

/// <summary>What a schema takes, and which schemas are not taken.</summary>
public sealed class PayloadSchemaTests
{
    [Theory]
    [InlineData("""{"type": "object"}""", """{}""", true)]
    [InlineData("""{"type": "object"}""", """[]""", false)]
    [InlineData("""{"type": "object"}""", "", false)]
    [InlineData("""{"type": ["object", "null"]}""", "", true)]
    [InlineData("false", "1", false)]
    [InlineData("""{"prefixItems": [{"type": "string"}], "items": false}""", """["a", 1]""", false)]
    [InlineData("""{"$defs": {"t": {"type": "object", "additionalProperties": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"}""", """{"a": {"b": {"c": 1}}}""", false)]
    [InlineData("""{"$defs": {"t": {"$anchor": "tree", "properties": {"l": {"$ref": "#tree"}, "r": {"$ref": "#tree"}}, "type": "object"}}, "$ref": "#tree"}""", """{"l": {"r": {"l": {}}}}""", true)]
    [InlineData("""{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}""", """{"a": 1, "b": 2}""", false)]
    [InlineData("""{"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": false}""", """{"x-a": "b"}""", true)]
    [InlineData("""{"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": false}""", """{"y": "b"}""", false)]
    [InlineData("""{"pattern": "^\\d{2}$"}""", "\"12\"", true)]
    [InlineData("""{"pattern": "^\\d{2}$"}""", "\"12\\n\"", false)]
    [InlineData("""{"pattern": "^\\d{2}$"}""", "\"\\u0661\\u0662\"", false)]
    [InlineData("""{"pattern": "^[\\w-]+$"}""", "\"a-b_c\"", true)]
    [InlineData("""{"uniqueItems": true}""", "[1e400, 1e400]", false)]
    public void A_payload_fits_or_not(string schema, string payload, bool fits) =>
        Assert.Equal(fits, Compiled(schema).Refusal("t", Encoding.UTF8.GetBytes(payload)) is null);

    [Fact]
    public void A_refusal_names_each_place_and_its_reasons()
    {
        var schema = Compiled(
            """
            {"type": "object", "required": ["title"], "properties": {"n": {"minimum": 1}, "a/b": {"items": {"type": "string"}}},
             "additionalProperties": false, "if": {"required": ["no"]}, "then": true}
            """);

        var problem = schema.Refusal("t", """{"n": 0, "a/b": ["x", 1], "other": 1}"""u8.ToArray())!;

        Assert.Equal((ErrorCodes.SchemaMismatch, 422), (problem.Code, problem.Status));
        Assert.Equal(["payload", "payload/a~1b/1", "payload/n", "payload/other"], problem.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["is not allowed here"], problem.Errors["payload/other"]);
    }

    [Fact]
    public void Many_reasons_are_counted_and_the_first_told()
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(0, 500).ToArray());

        var problem = Compiled("""{"items": {"type": "string"}}""").Refusal("t", payload)!;

        Assert.Equal(20, problem.Errors!.Count);
        Assert.Contains("(and 499 more)", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "strin"}""", "schema/type")]
    [InlineData("""{"properties": {"a": {"minimum": "x"}}}""", "schema/properties/a/minimum")]
    [InlineData("""{"properties": {"a": 1}}""", "schema/properties/a")]
    [InlineData("\"text\"", "schema")]
    [InlineData("""{"$ref": "https://example.org/x"}""", "schema/$ref")]
    [InlineData("""{"$ref": "other.json#/x"}""", "schema/$ref")]
    [InlineData("""{"$ref": "x/$defs/t", "$defs": {"t": true}}""", "schema/$ref")]
    [InlineData("""{"$ref": ""}""", "schema/$ref")]
    [InlineData("""{"$ref": "file:///etc/passwd"}""", "schema/$ref")]
    [InlineData("""{"$ref": "#/nowhere"}""", "schema/$ref")]
    [InlineData("""{"$ref": "#/const", "const": {"pattern": "(a+)+$"}}""", "schema/$ref")]
    [InlineData("""{"$ref": "#"}""", "schema")]
    [InlineData("""{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}""", "schema/$defs/a")]
    [InlineData("""{"$dynamicRef": "#x"}""", "schema/$dynamicRef")]
    [InlineData("""{"$schema": "http://json-schema.org/draft-07/schema#"}""", "schema/$schema")]
    [InlineData("""{"properties": {"a": {"$id": "x"}}}""", "schema/properties/a/$id")]
    [InlineData("""{"pattern": "(a"}""", "schema/pattern")]
    [InlineData("""{"pattern": "(?=a)b"}""", "schema/pattern")]
    [InlineData("""{"pattern": "(a)\\1"}""", "schema/pattern")]
    [InlineData("""{"patternProperties": {"(?<!a)b": true}}""", "schema/patternProperties/(?<!a)b")]
    [InlineData("""{"$defs": {"t": {"allOf": [{"items": {"$ref": "#/$defs/t"}}, {"items": {"$ref": "#/$defs/t"}}]}}, "$ref": "#/$defs/t"}""", "schema")]
    public void A_schema_that_is_wrong_is_refused_at_its_place(string schema, string place)
    {
        var problem = PayloadSchema.Compile(JsonElement.Parse(schema)).Problem;

        Assert.NotNull(problem);
        Assert.Equal(ErrorCodes.InvalidRequest, problem.Code);
        Assert.Contains(place, problem.Errors!.Keys);
    }

    [Fact]
    public void A_schema_has_2000_subschemas_and_not_one_more()
    {
        static Parley.Server.Wire.ApiProblem? ProblemOf(int subschemas) => PayloadSchema.Compile(JsonElement.Parse(
            $$"""{"$defs": { {{string.Join(',', Enumerable.Range(1, subschemas - 1).Select(number => $"\"d{number}\": true"))}} } }""")).Problem;

        Assert.Null(ProblemOf(2_000));
        Assert.Equal(["schema"], ProblemOf(2_001)!.Errors!.Keys);
    }

    [Fact]
    public void A_schema_that_doubles_its_work_with_each_reference_is_refused()
    {
        var defs = string.Join(", ", Enumerable.Range(0, 40).Select(i => $$"""
            "d{{i}}": {"allOf": [{"$ref": "#/$defs/d{{i + 1}}"}, {"$ref": "#/$defs/d{{i + 1}}"}]}
            """));

        var problem = PayloadSchema.Compile(JsonElement.Parse($$"""{"$defs": { {{defs}}, "d40": true}, "$ref": "#/$defs/d0"}""")).Problem;

        Assert.Contains("checks the same value more than", problem!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_that_is_too_large_is_refused() => Assert.Equal(
        ErrorCodes.TooLarge,
        PayloadSchema.Compile(JsonElement.Parse($$"""{"title": "{{new string('x', PayloadSchema.LargestSchema)}}"}""")).Problem!.Code);

    /// <summary>With backtracking each of these would need longer than the universe has been there.</summary>
    [Theory]
    [InlineData("""{"pattern": "^(a+)+$"}""", "\"{0}!\"")]
    [InlineData("""{"properties": {"x": {"items": {"pattern": "(a|a)*$"}}}}""", """{{"x": ["{0}!"]}}""")]
    [InlineData("""{"patternProperties": {"^(a+)+$": false}}""", """{{"{0}!": 1}}""")]
    [InlineData("""{"$defs": {"p": {"pattern": "^(a+)+$"}}, "anyOf": [{"$ref": "#/$defs/p"}, true]}""", "\"{0}!\"")]
    [InlineData("""{"propertyNames": {"not": {"pattern": "^(a+)+$"}}}""", """{{"{0}!": 1}}""")]
    public void No_pattern_can_search_for_ever(string schema, string payload) =>
        _ = Compiled(schema).Refusal("t", Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, payload, new string('a', 5_000))));

    [Fact]
    public void Each_schema_that_ships_takes_what_it_is_for_and_nothing_that_contradicts_it()
    {
        Assert.Equal(
            ["capability_announcement", "collaboration_request", "documentation_request", "review_request", "status_update", "system_notification", "task_assignment"],
            BuiltInSchemas.Types);
        foreach (var type in BuiltInSchemas.Types)
        {
            var schema = PayloadSchema.Compile(BuiltInSchemas.Of(type)!.Value);
            Assert.True(schema.TryGet(out var compiled, out var problem), problem?.Detail);
            Assert.Null(compiled.Refusal(type, default));
            Assert.NotNull(compiled.Refusal(type, "[]"u8.ToArray()));
        }

        Assert.Null(Shipped("status_update").Refusal("t", """{"status": "in review", "progress": 40.5, "more": 1}"""u8.ToArray()));
        Assert.NotNull(Shipped("status_update").Refusal("t", """{"status": "in review", "progress": 101}"""u8.ToArray()));
        Assert.Null(Shipped("task_assignment").Refusal("t", """{"title": "Login", "due_date": "2026-01-22T14:00:00.5Z"}"""u8.ToArray()));
        Assert.NotNull(Shipped("task_assignment").Refusal("t", """{"due_date": "tomorrow"}"""u8.ToArray()));
    }

    private static PayloadSchema Shipped(string type) => Compiled(BuiltInSchemas.Of(type)!.Value.GetRawText());

    private static PayloadSchema Compiled(string schema)
    {
        Assert.True(PayloadSchema.Compile(JsonElement.Parse(schema)).TryGet(out var compiled, out var problem), problem?.Detail);
        return compiled;
    }
}
