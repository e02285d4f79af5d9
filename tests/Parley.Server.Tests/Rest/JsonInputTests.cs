using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Rest;

public sealed class JsonInputTests
{
    [Theory]
    [InlineData("""{"from": [null]}""", "from[0]")]
    [InlineData("""{"type": ["a",  null ], "from": null}""", "type[1]")]
    public void Null_is_refused_as_an_item_of_a_list(string json, string field)
    {
        Assert.False(JsonInput.TryRead<ClaimRequest>(Encoding.UTF8.GetBytes(json), out _, out var problem));
        Assert.Equal([field], problem.Errors!.Keys);
        Assert.StartsWith("is null; expected a text", problem.Errors[field][0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"to": "be-1", "payload": [null, {"a": [null]}], "metadata": {"a": [null]}, "content": "[null", "outcome": null}""")]
    public void Null_is_accepted_as_an_item_of_free_JSON(string json) =>
        Assert.True(JsonInput.TryRead<SendRequest>(Encoding.UTF8.GetBytes(json), out _, out _));

    [Theory]
    [InlineData("""{"to": "be-1", "contnet": "x"}""", "contnet", "did you mean 'content'?")]
    [InlineData("""{"to_agent": "be-1", "content": "x"}""", "to_agent", "did you mean 'to'?")]
    [InlineData("""{"recipient": "be-1", "content": "x"}""", "recipient", "did you mean 'to'?")]
    [InlineData("""{"recipients": ["be-1"], "content": "x"}""", "recipients", "did you mean 'to'?")]
    [InlineData("""{"to": "be-1", "message": "x"}""", "message", "did you mean 'content'?")]
    [InlineData("""{"to": "be-1", "body": "x"}""", "body", "did you mean 'content'?")]
    [InlineData("""{"to": "be-1", "text": "x"}""", "text", "did you mean 'content'?")]
    [InlineData("""{"to": "be-1", "content": "x", "type": "text"}""", "type", "did you mean 'message_type'?")]
    [InlineData("""{"to": "be-1", "to": "be-2"}""", "to", "is given twice")]
    [InlineData("""{"to": 7}""", "to", "is a number; expected a text or an array of texts")]
    [InlineData("""{"to": ["a", 7]}""", "to[1]", "is a number; expected a text")]
    [InlineData("""{"content": 7}""", "content", "is a number; expected a text")]
    [InlineData("""{"priority": "high"}""", "priority", "is a text; expected one of 1, 2, 3, 4")]
    [InlineData("""{"priority": 2.5}""", "priority", "expected one of 1, 2, 3, 4")]
    [InlineData("""{"intent": "shout"}""", "intent", "expected one of inform, request, ack")]
    [InlineData("""{"intent": 1}""", "intent", "is a number; expected one of inform")]
    [InlineData("""{"surface": ["pull"]}""", "surface", "is an array; expected one of interrupt, next_boundary, when_idle, pull")]
    [InlineData("""{"ttl_seconds": 1e300}""", "ttl_seconds", "expected a whole number")]
    [InlineData("""{"ttl_seconds": "5"}""", "ttl_seconds", "is a text; expected a whole number")]
    [InlineData("""{"deliver_at": "tomorrow"}""", "deliver_at", "expected a time with its offset, such as 2026-01-22T13:56:52.551Z")]
    [InlineData("""{"deliver_at": "2026-01-22T13:56:52"}""", "deliver_at", "expected a time with its offset, such as 2026-01-22T13:56:52.551Z")]
    [InlineData("""{"deliver_at": "2026-01-22"}""", "deliver_at", "expected a time with its offset, such as 2026-01-22T13:56:52.551Z")]
    [InlineData("""{"content": "a\u0000b"}""", "content", "NUL")]
    [InlineData("""{"content": "\ud800"}""", "content", "half a surrogate pair")]
    [InlineData("""{"content": "\udc00\ud800"}""", "content", "half a surrogate pair")]
    [InlineData("""{"metadata": {"deep": [{"er": "\u0000"}]}}""", "metadata.deep[0].er", "NUL")]
    [InlineData("""{"metadata": {"a\u0000": 1}}""", "metadata.?", "NUL")]
    [InlineData("""{"metadata": {"a": 1, "a": 2}}""", "metadata.a", "is given twice")]
    [InlineData("", "body", "is empty")]
    [InlineData("null", "body", "is null; expected an object")]
    [InlineData("[]", "body", "is an array; expected an object")]
    [InlineData("7", "body", "is a number; expected an object")]
    [InlineData("{", "body", "is not valid JSON at line 1")]
    [InlineData("{}\n{}", "body", "is not valid JSON at line 2")]
    [InlineData("""{"content": "x",}""", "body", "is not valid JSON at line 1")]
    [InlineData("""{'content': 'x'}""", "body", "is not valid JSON at line 1")]
    [InlineData("""{"content": NaN}""", "body", "is not valid JSON")]
    public void A_bad_field_is_refused_with_its_name_on_the_wire(string json, string field, string reason)
    {
        var problem = Refused<SendRequest>(json);

        Assert.Equal(ErrorCodes.InvalidRequest, problem.Code);
        Assert.True(problem.Errors!.TryGetValue(field, out var reasons), $"No reason for {field} but for {string.Join(", ", problem.Errors.Keys)}.");
        Assert.Contains(reason, string.Join("; ", reasons), StringComparison.Ordinal);
        AssertNamesNoType(problem);
    }

    [Fact]
    public void A_synonym_is_suggested_only_where_the_field_exists()
    {
        Assert.Equal("is not a field here; did you mean 'timeout_seconds'?", Assert.Single(Refused<RequestRequest>("""{"timeout": 5}""").Errors!["timeout"]));
        Assert.Equal("is not a field here", Assert.Single(Refused<SendRequest>("""{"timeout": 5}""").Errors!["timeout"]));
        Assert.Equal("is not a field here", Assert.Single(Refused<StatusRequest>("""{"message": "x"}""").Errors!["message"]));
    }

    [Fact]
    public void All_bad_fields_are_reported_at_once_with_their_locations()
    {
        var problem = Refused<SendBatchRequest>("""{"items": [{"to": "a"}, {"priority": "x", "nonsense": 1}, 5], "more": true}""");

        Assert.Equal(["items[1].priority", "items[1].nonsense", "items[2]", "more"], problem.Errors!.Keys);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_wherever_they_are()
    {
        byte[] json = [.. "{\"metadata\": {\"x\": \""u8, 0xC3, 0x28, .. "\"}}"u8];

        Assert.False(JsonInput.TryRead<SendRequest>(json, out _, out var problem));
        Assert.Equal("is not valid UTF-8", Assert.Single(problem.Errors!["body"]));
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(100_000, false)]
    public void JSON_nested_deeper_than_32_levels_is_refused(int depth, bool isTaken)
    {
        var json = $$"""{"payload": {{new string('[', depth)}}{{new string(']', depth)}}}""";

        var taken = JsonInput.TryRead<SendRequest>(Encoding.UTF8.GetBytes(json), out _, out var problem);

        Assert.Equal(isTaken, taken);
        if (!isTaken)
            Assert.Equal("is nested deeper than 32 levels", Assert.Single(problem!.Errors!["body"]));
    }

    [Fact]
    public void Valid_escapes_are_decoded()
    {
        var json = """{"content": "\ud83d\ude00 \u00e4 \\u0000 \n", "payload": {"k": "\\ud800"}, "metadata": null}"""u8;

        Assert.True(JsonInput.TryRead<SendRequest>(json, out var send, out _));
        Assert.Equal("😀 ä \\u0000 \n", send.Content);
        Assert.Equal("\\ud800", send.Payload!.Value.GetProperty("k").GetString());
    }

    [Fact]
    public void A_million_faults_make_a_short_answer()
    {
        var problem = Refused<SendRequest>("{" + string.Join(",", Enumerable.Range(0, 100_000).Select(i => $"\"unknown{i}\": 1")) + "}");

        Assert.InRange(problem.Errors!.Count, 1, 20);
        Assert.True(JsonSerializer.Serialize(problem.ToProblem(), WireJson.Strict.Problem).Length < 10_000);
    }

    [Fact]
    public void Ten_thousand_mangled_bodies_are_each_read_or_refused_with_a_reason()
    {
        var random = new Random(20260122);
        var good = """{"to": ["be-1", "squad:alpha"], "content": "x\u00e4\ud83d\ude00", "priority": 3, "payload": {"a": [1, 2.5, true, null, {"b": "c"}]}, "deliver_at": "2026-01-22T13:56:52.551Z", "metadata": {"k": 1}}"""u8.ToArray();
        for (var round = 0; round < 10_000; round++)
        {
            var json = (byte[])good.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
                json[random.Next(json.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : "{}[]\",:\\u0d8e-1.tn "u8[random.Next(19)]);
            if (random.Next(3) == 0)
                json = json[..random.Next(json.Length)];

            if (!JsonInput.TryRead<SendRequest>(json, out _, out var problem))
            {
                Assert.NotEmpty(problem.Errors!);
                AssertNamesNoType(problem);
            }
        }
    }

    private static ApiProblem Refused<T>(string json)
        where T : class
    {
        Assert.False(JsonInput.TryRead<T>(Encoding.UTF8.GetBytes(json), out _, out var problem));
        return problem;
    }

    private static void AssertNamesNoType(ApiProblem problem)
    {
        var text = JsonSerializer.Serialize(problem.ToProblem(), WireJson.Strict.Problem);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parley.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Path:", text, StringComparison.Ordinal);
    }
}
