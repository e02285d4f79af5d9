using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Events;

/// <summary>CloudEvents 1.0 as its specification writes them, in and out.</summary>
public sealed class CloudEventTests
{
    private const string Api = "/api/v1/events", Structured = "application/cloudevents+json", Batch = "application/cloudevents-batch+json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The examples of the JSON event format, 3.2 and 4.1, with types of the specification's own.</summary>
    public static TheoryData<string> Examples { get; } =
    [
        """
        {"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "subject": null, "id": "C234-1234-1234", "time": "2018-04-05T17:31:00Z",
         "comexampleextension1": "value", "comexampleothervalue": 5, "datacontenttype": "application/vnd.apache.thrift.binary", "data_base64": "aGVsbG8="}
        """,
        """
        {"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "subject": null, "id": "B234-1234-1234", "time": "2018-04-05T17:31:00Z",
         "comexampleextension1": "value", "comexampleothervalue": 5, "unsetextension": null, "datacontenttype": "application/xml", "data": "<much wow=\"xml\"/>"}
        """,
        """
        {"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "subject": null, "id": "C234-1234-1234", "time": "2018-04-05T17:31:00Z",
         "comexampleextension1": "value", "comexampleothervalue": 5, "datacontenttype": "application/json", "data": {"appinfoA": "abc", "appinfoB": 123, "appinfoC": true}}
        """,
        """
        {"specversion": "1.0", "type": "com.example.someevent", "source": "/mycontext", "id": "C234-1234-1234", "data": "I'm just a string"}
        """,
        """
        {"specversion" : "1.0", "type" : "com.github.pull_request.opened", "source" : "https://github.com/cloudevents/spec/pull", "subject" : "123",
         "id" : "A234-1234-1234", "time" : "2018-04-05T17:31:00Z", "comexampleextension1" : "value", "comexampleothervalue" : 5,
         "datacontenttype" : "text/xml", "data" : "<much wow=\"xml\"/>"}
        """,
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_of_the_specification_goes_in_and_comes_out_the_same(string json)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);

        var alone = await PostAsync(host, admin, json, $"{Structured}; charset=UTF-8");
        var many = await PostAsync(host, admin, $"[{json}, {json}]", Batch);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (alone.Status, many.Status));
        Assert.Equal(2, many.As(WireJson.Lenient.PublishedEvents).Items.Count);
        var record = alone.As(WireJson.Lenient.EventRecord);
        Assert.Equal(JsonNode.Parse(json)!["type"]!.GetValue<string>(), record.EventType);
        var (out1, type) = await OutAsync(host, admin, "");
        Assert.Equal(Batch, type);
        Assert.Equal(3, out1.Count);
        Assert.All(out1, one => Assert.True(JsonNode.DeepEquals(WithoutNulls(json), one), $"{one}"));
    }

    /// <summary>The example of the HTTP binding, 3.1.4, and of 3.1.3.2 for what is percent-encoded.</summary>
    [Fact]
    public async Task Binary_mode_takes_attributes_from_headers_and_data_from_the_body()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        (string, string)[] headers =
        [
            ("ce-specversion", "1.0"), ("ce-type", "com.example.someevent"), ("ce-time", "2018-04-05T03:56:24Z"), ("ce-id", "1234-1234-1234"),
            ("ce-source", "/mycontext/subcontext"), ("CE-Greeting", "Euro%20%E2%82%AC%20%F0%9F%98%80"), ("ce-subject", "\"quoted\""),
        ];

        var json = await PostAsync(host, admin, """{"much": "wow"}""", "application/json; charset=utf-8", headers);
        var text = await PostAsync(host, admin, "<much/>", "application/xml", headers);
        var bytes = await PostAsync(host, admin, "\0\u0001", "application/octet-stream", headers);
        var none = await PostAsync(host, admin, null, null, headers);
        var bad = await PostAsync(host, admin, "{", "application/json", headers);

        Assert.Equal(["201", "201", "201", "201", "400"], new[] { json, text, bytes, none, bad }.Select(answer => $"{answer.Status:D}"));
        var shared = """ "specversion": "1.0", "type": "com.example.someevent", "time": "2018-04-05T03:56:24Z", "id": "1234-1234-1234", "source": "/mycontext/subcontext", "greeting": "Euro € 😀", "subject": "quoted" """;
        string[] expected =
        [
            $$"""{ {{shared}} }""",
            $$"""{ {{shared}}, "datacontenttype": "application/octet-stream", "data_base64": "AAE=" }""",
            $$"""{ {{shared}}, "datacontenttype": "application/xml", "data": "<much/>" }""",
            $$"""{ {{shared}}, "datacontenttype": "application/json; charset=utf-8", "data": {"much": "wow"} }""",
        ];
        var (told, _) = await OutAsync(host, admin, "");
        Assert.Equal(expected.Length, told.Count);
        Assert.All(told.Zip(expected), pair => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pair.Second), pair.First), $"{pair.First}"));
    }

    /// <summary>One by its id, in each mode; and what came out in either goes in again as the same.</summary>
    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_event_by_its_id_is_told_in_structured_and_binary_mode_and_goes_in_again_as_it_was(string json)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var id = (await PostAsync(host, admin, json, Structured)).As(WireJson.Lenient.EventRecord).EventId;
        var expected = WithoutNulls(json).AsObject();

        var structured = await GetAsync(host, admin, id, accept: $"text/plain;q=0.1, {Structured}");
        var byMode = await GetAsync(host, admin, $"{id}?mode=structured");
        var binary = await GetAsync(host, admin, $"{id}?mode=binary");

        Assert.Equal($"{Structured}; charset=utf-8", structured.Header("Content-Type"));
        Assert.Equal((structured.Text, structured.Header("Content-Type")), (byMode.Text, byMode.Header("Content-Type")));
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(structured.Text)), structured.Text);
        var type = expected["datacontenttype"]?.GetValue<string>() ?? "application/json";
        Assert.Equal(type, binary.Header("Content-Type"));
        Assert.Equal(
            expected["data_base64"] is not null ? "hello" : type == "application/json" ? expected["data"]!.ToJsonString(Relaxed) : expected["data"]!.GetValue<string>(), binary.Text);
        string[] notHeaders = ["data", "data_base64", "datacontenttype"];
        Assert.Equal(
            expected.Where(member => !notHeaders.Contains(member.Key)).Select(member => $"ce-{member.Key}: {member.Value}").Order(StringComparer.Ordinal),
            CeHeaders(binary).Select(header => $"{header.Name}: {header.Value}").Order(StringComparer.Ordinal));

        // Headers have no numbers: what was one comes back as text. The rest is the same.
        var again = (await PostAsync(host, admin, binary.Text, type, CeHeaders(binary))).As(WireJson.Lenient.EventRecord).EventId;
        var back = JsonNode.Parse((await GetAsync(host, admin, again, accept: Structured)).Text)!.AsObject();
        foreach (var (name, value) in expected.Where(member => member.Value is JsonValue number && number.GetValueKind() == JsonValueKind.Number).ToList())
            expected[name] = value!.ToString();
        expected["datacontenttype"] = type;
        Assert.True(JsonNode.DeepEquals(expected, back), back.ToJsonString());
    }

    /// <summary>HTTP binding, 3.1.3.2.</summary>
    [Fact]
    public async Task What_a_header_cannot_hold_is_percent_encoded_on_its_way_out()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        const string json = """{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "subject": "Euro € 😀", "quoted": "100% \"so\"", "flag": true, "kind": -7}""";
        var id = (await PostAsync(host, admin, json, Structured)).As(WireJson.Lenient.EventRecord).EventId;

        var binary = await GetAsync(host, admin, $"{id}?mode=binary");

        Assert.Equal("Euro%20%E2%82%AC%20%F0%9F%98%80", binary.Header("ce-subject"));
        Assert.Equal("100%25%20%22so%22", binary.Header("ce-quoted"));
        Assert.Equal(("true", "-7", "", null), (binary.Header("ce-flag"), binary.Header("ce-kind"), binary.Text, binary.Header("Content-Type")));
        var again = (await PostAsync(host, admin, null, null, CeHeaders(binary))).As(WireJson.Lenient.EventRecord).EventId;
        var back = JsonNode.Parse((await GetAsync(host, admin, again, accept: Structured)).Text)!;
        Assert.Equal(("Euro € 😀", "100% \"so\""), (back["subject"]!.GetValue<string>(), back["quoted"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_event_is_found_by_its_whole_id_by_those_who_may_read_it_and_nothing_else_is()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var published = (await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "build.failed", "data": {"a": "€\n"}}""")).As(WireJson.Lenient.EventRecord);
        var message = (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", ada, """{"to": "bob", "content": "no event"}""")).As(WireJson.Lenient.SendAnswer);
        await host.SendAsync(HttpMethod.Put, "/api/v1/memory/key/a", ada, """{"value": 1, "access_control": {"read": ["ada"]}}""");
        var ofMemory = (await host.SendAsync(HttpMethod.Get, $"{Api}?types=memory_updated", ada)).As(WireJson.Lenient.PageEventRecord).Items.Single();
        var another = published.EventId[..^1] + (published.EventId[^1] == '0' ? '1' : '0');

        var plain = await GetAsync(host, bob, published.EventId);
        Assert.Equal(JsonSerializer.Serialize(published, WireJson.Lenient.EventRecord), JsonSerializer.Serialize(plain.As(WireJson.Lenient.EventRecord), WireJson.Lenient.EventRecord));
        Assert.Equal((200, 404, 200), ((int)(await GetAsync(host, ada, ofMemory.EventId)).Status, (int)(await GetAsync(host, bob, ofMemory.EventId)).Status, (int)(await GetAsync(host, admin, ofMemory.EventId)).Status));
        foreach (var id in new[] { another, message.MessageId, "none", Guid.Empty.ToString(), $"{published.EventId}?project_id=nowhere" })
            Assert.Equal((id, 404), (id, (int)(await GetAsync(host, admin, id)).Status));
        Assert.Equal(400, (int)(await GetAsync(host, admin, $"{published.EventId}?mode=other")).Status);
        var own = JsonNode.Parse((await GetAsync(host, bob, published.EventId, accept: Structured)).Text)!;
        Assert.Equal(("/projects/default/agents/ada", $"{published.Seq}"), (own["source"]!.GetValue<string>(), own["sequence"]!.GetValue<string>()));
        Assert.Equal("build.failed", (await GetAsync(host, bob, $"{published.EventId}?mode=binary")).Header("ce-type"));
    }

    [Theory]
    [InlineData("ce-data", "1", "data")]
    [InlineData("ce-datacontenttype", "text/plain", "datacontenttype")]
    [InlineData("ce-id", "1%00", "id")]
    [InlineData("ce-ext", "1%0A2", "ext")]
    [InlineData("ce-Not_Allowed", "1", "not_allowed")]
    [InlineData("ce-specversion", "0.3", "specversion")]
    [InlineData("ce-time", "today", "time")]
    public async Task A_bad_header_of_binary_mode_is_refused_by_its_name(string name, string value, string field)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        (string Name, string Value)[] good = [("ce-specversion", "1.0"), ("ce-type", "a"), ("ce-id", "1"), ("ce-source", "/s")];

        var answer = await PostAsync(host, admin, "1", "application/json", [.. good.Where(one => !one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), (name, value)]);

        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, Assert.Single(answer.As(WireJson.Lenient.Problem).Errors!).Key));
        Assert.Empty((await OutAsync(host, admin, "")).Events);
    }

    [Fact]
    public async Task An_event_of_Parleys_own_form_comes_out_with_all_that_a_CloudEvent_must_have()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var ada = await host.RegisterAsync("ada");
        var record = (await host.SendAsync(HttpMethod.Post, Api, ada, """{"event_type": "build.failed", "data": [1]}""")).As(WireJson.Lenient.EventRecord);

        var (events, _) = await OutAsync(host, admin, "?limit=1");
        var (rest, _) = await OutAsync(host, admin, "?types=agent_registration");

        var only = Assert.Single(events);
        Assert.Equal((record.EventId, "/projects/default/agents/ada", "1.0", "build.failed", "[1]"), (
            only["id"]!.GetValue<string>(), only["source"]!.GetValue<string>(), only["specversion"]!.GetValue<string>(), only["type"]!.GetValue<string>(), only["data"]!.ToJsonString()));
        Assert.Equal($"{record.Seq}", only["sequence"]!.GetValue<string>());
        Assert.Equal("/projects/default", Assert.Single(rest)["source"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"type": "a", "source": "/s", "id": "1"}""", "specversion")]
    [InlineData("""{"specversion": "0.3", "type": "a", "source": "/s", "id": "1"}""", "specversion")]
    [InlineData("""{"specversion": "1.0", "source": "/s", "id": "1"}""", "type")]
    [InlineData("""{"specversion": "1.0", "type": "a", "id": "1"}""", "source")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": ""}""", "id")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "time": "yesterday"}""", "time")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "Not-Allowed": "x"}""", "Not-Allowed")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "ext": {}}""", "ext")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "data": 1, "data_base64": "AA=="}""", "data_base64")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "data_base64": "?"}""", "data_base64")]
    [InlineData("""{"specversion": "1.0", "type": "agent_joined", "source": "/s", "id": "1"}""", "type")]
    [InlineData("""{"specversion": "1.0", "type": "a", "type": "a", "source": "/s", "id": "1"}""", "body")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "datacontenttype": "no type\r\nof: mine"}""", "datacontenttype")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "datacontenttype": "text"}""", "datacontenttype")]
    [InlineData("""{"specversion": "1.0", "type": "a", "source": "/s", "id": "1", "ext": "a\u0085b"}""", "ext")]
    [InlineData("[]", "body")]
    public async Task A_bad_CloudEvent_is_refused_by_its_field_and_in_a_batch_with_all_of_it(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        const string good = """{"specversion": "1.0", "type": "a", "source": "/s", "id": "0"}""";

        var alone = await PostAsync(host, admin, json, Structured);
        var many = await PostAsync(host, admin, $"[{good}, {json}]", Batch);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (alone.Status, many.Status));
        Assert.Equal(field, Assert.Single(alone.As(WireJson.Lenient.Problem).Errors!).Key);
        Assert.Contains(Assert.Single(many.As(WireJson.Lenient.Problem).Errors!).Key, (string[])[$"[1].{field}", "[1]", "body"]);
        Assert.Empty((await OutAsync(host, admin, "")).Events);
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static (string Name, string Value)[] CeHeaders(Answer answer) =>
        [.. answer.Response.Headers.Where(header => header.Key.StartsWith("ce-", StringComparison.Ordinal)).Select(header => (header.Key, header.Value.Single()))];

    private static async Task<Answer> GetAsync(ConceptHost host, string token, string idAndQuery, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}/{idAndQuery}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static JsonNode WithoutNulls(string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        foreach (var name in node.Where(member => member.Value is null).Select(member => member.Key).ToList())
            node.Remove(name);
        return node;
    }

    private static async Task<(IReadOnlyList<JsonNode> Events, string? Type)> OutAsync(ConceptHost host, string token, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + query);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Accept", Batch);
        using var response = await host.Client.SendAsync(request, Cancel);
        return ([.. JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!.AsArray().Select(one => one!)], response.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<Answer> PostAsync(ConceptHost host, string token, string? body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await host.Client.SendAsync(request, Cancel);
        return new Answer(response, await response.Content.ReadAsStringAsync(Cancel));
    }
}
