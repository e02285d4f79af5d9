using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using Json.Schema.Keywords;
using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>The schema of a message type, compiled once and used by all sends at the same time.</summary>
internal sealed class PayloadSchema
{
    internal const int LargestSchema = 64 * 1024;

    private const int MostReasons = 20, LongestReason = 300;

    private static readonly JsonElement Null = JsonElement.Parse("null");

    private static readonly EvaluationOptions Whole = new() { OutputFormat = OutputFormat.Hierarchical };

    private readonly JsonSchema _schema;

    private PayloadSchema(JsonSchema schema) => _schema = schema;

    /// <summary>Compiles a schema, or says what is wrong with it and where.</summary>
    internal static Result<PayloadSchema> Compile(JsonElement schema)
    {
        if (JsonSerializer.SerializeToUtf8Bytes(schema, Parley.Protocol.WireJson.Lenient.JsonElement).Length > LargestSchema)
            return Problems.TooLarge("The schema", LargestSchema);
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            return Problems.InvalidField("schema", "must be an object, true, or false");

        var validation = new Validation();
        var graph = SchemaGraph.Read(schema, (pointer, reason) => validation.Fail($"schema{pointer}", Short(reason)));
        if (validation.IsGood)
            CheckForm(schema, validation);
        if (validation.IsGood && SchemaCost.Check(graph) is var (place, fault))
            validation.Fail($"schema{place}", fault);
        return validation.Problem is { } problem ? problem : Build(schema);
    }

    /// <summary>Why a payload does not match; null if it does.</summary>
    /// <param name="payload">JSON; empty if there is none, which is checked as null.</param>
    internal ApiProblem? Refusal(string type, ReadOnlyMemory<byte> payload)
    {
        using var document = payload.IsEmpty ? null : JsonDocument.Parse(payload);
        EvaluationResults results;
        try
        {
            results = _schema.Evaluate(document?.RootElement ?? Null, Whole);
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            return Problems.SchemaMismatch(type, Reasons("payload", "has a number that is too large to be compared"), more: 0);
        }

        if (results.IsValid)
            return null;
        var errors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var found = 0;
        Collect(results, "payload", errors, ref found);
        return found == 0
            ? Problems.SchemaMismatch(type, Reasons("payload", "does not fit"), more: 0)
            : Problems.SchemaMismatch(type, errors, found - errors.Sum(error => error.Value.Count));
    }

    /// <summary>Whether each keyword has a valid value, according to the dialect's own schema.</summary>
    private static void CheckForm(JsonElement schema, Validation validation)
    {
        var results = MetaSchemas.Draft202012.Evaluate(schema, Whole);
        if (results.IsValid)
            return;
        var errors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var found = 0;
        Collect(results, "schema", errors, ref found);
        foreach (var (place, reasons) in errors)
            validation.Fail(place, reasons[0]);
        validation.Check(errors.Count > 0, "schema", "is not a JSON Schema of draft 2020-12");
    }

    private static Result<PayloadSchema> Build(JsonElement schema)
    {
        try
        {
            var built = JsonSchema.Build(
                schema.Clone(),
                new BuildOptions { SchemaRegistry = new SchemaRegistry { Fetch = static (_, _) => null }, Dialect = Dialect.Draft202012 });
            Bound(built.Root, []);
            return new PayloadSchema(built);
        }
        catch (Exception fault) when (fault is JsonSchemaException or RefResolutionException or ArgumentException or FormatException or InvalidOperationException)
        {
            return Problems.InvalidField("schema", $"is not a schema of draft 2020-12: {Short(fault.Message)}");
        }
    }

    /// <summary>Replaces the library's regular expressions, which can run forever, with ones that cannot. The library's own time limit has no effect
    /// in the native program.</summary>
    private static void Bound(JsonSchemaNode node, HashSet<JsonSchemaNode> seen)
    {
        if (!seen.Add(node))
            return;
        foreach (var keyword in node.Keywords)
        {
            if (keyword.Handler is PatternKeyword)
                keyword.Value = Bounded(keyword.RawValue.GetString()!);
            else if (keyword.Handler is PatternPropertiesKeyword)
                keyword.Value = keyword.RawValue.EnumerateObject().ToDictionary(member => member.Name, member => Bounded(member.Name));
            foreach (var part in keyword.Subschemas ?? [])
                Bound(part, seen);
        }
    }

    private static Regex Bounded(string pattern) =>
        SchemaPatterns.Compile(pattern).Regex ?? throw new InvalidOperationException($"the pattern '{pattern}' cannot be used");

    /// <summary>The reasons for failures, without those of conditions that may fail.</summary>
    private static void Collect(EvaluationResults results, string root, Dictionary<string, IReadOnlyList<string>> errors, ref int found)
    {
        foreach (var (_, error) in results.Errors ?? [])
        {
            if (found++ < MostReasons)
                Add(errors, $"{root}{results.InstanceLocation}", Worded(error));
        }

        var depth = results.EvaluationPath.SegmentCount;
        foreach (var part in results.Details ?? [])
        {
            if (!part.IsValid && !(part.EvaluationPath.SegmentCount > depth && part.EvaluationPath.GetSegment(depth).ToString() is "if" or "not" or "contains"))
                Collect(part, root, errors, ref found);
        }
    }

    private static void Add(Dictionary<string, IReadOnlyList<string>> errors, string place, string reason)
    {
        if (!errors.TryGetValue(place, out var before))
            errors[place] = [reason];
        else if (!before.Contains(reason))
            errors[place] = [.. before, reason];
    }

    private static string Worded(string error) => error == "All values fail against the false schema" ? "is not allowed here" : Short(error);

    private static string Short(string text) => text.Length <= LongestReason ? text : $"{text[..LongestReason]}...";

    private static Dictionary<string, IReadOnlyList<string>> Reasons(string place, string reason) => new(StringComparer.Ordinal) { [place] = [reason] };
}
