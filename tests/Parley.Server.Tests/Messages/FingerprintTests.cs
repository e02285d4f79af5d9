using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Messages;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>What makes two sends under one idempotency key the same: every field that a send has.</summary>
public sealed class FingerprintTests
{
    private const string Sender = "ada";

    /// <summary>Two values of each field that is compared, as a send says them.</summary>
    private static readonly Dictionary<string, (string One, string Other)> Compared = new(StringComparer.Ordinal)
    {
        ["to"] = ("""["bob", "cyd"]""", """["cyd", "bob"]"""),
        ["message_type"] = ("\"question\"", "\"answer\""),
        ["content"] = ("\"one\"", "\"other\""),
        ["payload"] = ("""{"a": 1}""", """{"a": 2}"""),
        ["priority"] = ("3", "4"),
        ["ttl_seconds"] = ("60", "61"),
        ["deliver_at"] = ("\"2030-01-01T00:00:00.000Z\"", "\"2030-01-01T00:00:00.001Z\""),
        ["conversation_thread_id"] = (Id(1), Id(2)),
        ["reply_to"] = (Id(1), Id(2)),
        ["outcome"] = ("\"success\"", "\"error\""),
        ["supersedes"] = (Id(1), Id(2)),
        ["task_id"] = ("\"one\"", "\"other\""),
        ["execution_id"] = (Id(1), Id(2)),
        ["metadata"] = ("""{"a": 1}""", """{"a": 2}"""),
        ["intent"] = ("\"request\"", "\"ack\""),
        ["surface"] = ("\"interrupt\"", "\"pull\""),
        ["sender_id"] = ("\"bob\"", "\"cyd\""),
        ["capability"] = ("\"one\"", "\"other\""),
        ["role"] = ("\"one\"", "\"other\""),
        ["type"] = ("\"one\"", "\"other\""),
        ["squad"] = ("\"one\"", "\"other\""),
        ["status"] = ("\"online\"", "\"offline\""),
    };

    /// <summary>The key itself, and how long a caller waits: a retry may have less patience.</summary>
    private static readonly Dictionary<string, (string One, string Other)> NotCompared = new(StringComparer.Ordinal)
    {
        ["idempotency_key"] = ("\"one\"", "\"other\""),
        ["timeout_seconds"] = ("10", "20"),
    };

    /// <summary>What a field means where it is left out.</summary>
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["to"] = "\"bob\"",
        ["message_type"] = "\"text\"",
        ["priority"] = "2",
        ["intent"] = "\"inform\"",
        ["surface"] = "\"when_idle\"",
        ["sender_id"] = $"\"{Sender}\"",
    };

    public static TheoryData<string> ComparedFields => [.. Compared.Keys];

    public static TheoryData<string> NotComparedFields => [.. NotCompared.Keys];

    public static TheoryData<string> DefaultedFields => [.. Defaults.Keys];

    /// <summary>A field that is new in a send must be compared, or be said not to be.</summary>
    [Fact]
    public void No_field_of_a_send_is_left_out_of_these_tests()
    {
        var fields = new[] { typeof(SendRequest), typeof(BroadcastRequest), typeof(RequestRequest) }
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(fields.Order(StringComparer.Ordinal), Compared.Keys.Concat(NotCompared.Keys).Append("settle").Order(StringComparer.Ordinal));
    }

    /// <summary>It says something of replies only, and the server refuses it elsewhere.</summary>
    [Fact]
    public void A_reply_that_settles_differs_from_one_that_does_not()
    {
        var reply = ("reply_to", (string?)Id(1));
        Assert.Equal(Print(reply), Print(reply, ("settle", "true")));
        Assert.NotEqual(Print(reply), Print(reply, ("settle", "false")));
        // To promise something settles nothing, unless it is said.
        Assert.Equal(Print(reply, ("intent", "\"ack\"")), Print(reply, ("intent", "\"ack\""), ("settle", "false")));
        Assert.NotEqual(Print(reply, ("intent", "\"ack\"")), Print(reply, ("intent", "\"ack\""), ("settle", "true")));
    }

    [Theory]
    [MemberData(nameof(ComparedFields))]
    public void A_send_that_differs_in_one_field_is_another_send(string field)
    {
        var (one, other) = Compared[field];
        Assert.Equal(3, new[] { Print(), Print((field, one)), Print((field, other)) }.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(ComparedFields))]
    public void A_send_whose_field_is_spelled_the_same_is_the_same_send(string field)
    {
        var (one, _) = Compared[field];
        Assert.Equal(Print((field, one)), Print((field, one)));
        // The order in which fields stand says nothing.
        Assert.Equal(Print((field, one), ("idempotency_key", "\"k\"")), Print(("idempotency_key", "\"k\""), (field, one)));
    }

    [Theory]
    [MemberData(nameof(NotComparedFields))]
    public void A_send_is_the_same_whatever_its_key_and_patience(string field)
    {
        var (one, other) = NotCompared[field];
        Assert.Single(new[] { Print(), Print((field, one)), Print((field, other)) }.Distinct());
    }

    [Theory]
    [MemberData(nameof(DefaultedFields))]
    public void An_explicit_default_is_the_same_as_an_absent_field(string field) => Assert.Equal(Print(), Print((field, Defaults[field])));

    [Theory]
    [MemberData(nameof(ComparedFields))]
    public void An_explicit_null_is_the_same_as_an_absent_field(string field) =>
        Assert.Equal(Print((field, null)), Print((field, "null")));

    /// <summary>The same words in another place mean something else.</summary>
    [Fact]
    public void Fields_of_the_same_type_are_distinguished()
    {
        var sends = Compared.Select(one => Print((one.Key, one.Value.One)))
            .Concat(Compared.Select(one => Print((one.Key, one.Value.Other))))
            .Append(Print()).ToList();
        Assert.Equal(sends.Count, sends.Distinct().Count());
    }

    /// <summary>A field counts beside all others too: what one of them says does not hide another.</summary>
    [Theory]
    [MemberData(nameof(ComparedFields))]
    public void A_full_send_that_differs_in_one_field_is_another_send(string field)
    {
        var full = Compared.ToDictionary(one => one.Key, one => (string?)one.Value.One);
        Assert.NotEqual(PrintOf(full), PrintOf(new(full) { [field] = Compared[field].Other }));
        Assert.NotEqual(PrintOf(full), PrintOf(full.Where(one => one.Key != field).ToDictionary()));
    }

    /// <summary>Content, payload and metadata are compared by what they say.</summary>
    [Theory]
    [InlineData("content", "\"Grüße/\\n\\\"\\u001f😀\"", "\"Gr\\u00fc\\u00DFe\\/\\u000a\\u0022\\u001F\\ud83d\\ude00\"")]
    [InlineData("payload", """{"a":1,"b":[true,{"c":null,"d":"x"}]}""", "{ \"b\" : [ true,\n{\"d\":\"\\u0078\", \"\\u0063\":null} ], \"a\": 1 }")]
    [InlineData("metadata", """{"a":1,"b":2,"c":3}""", """{"c": 3, "a": 1, "b": 2}""")]
    [InlineData("payload", "\"\\\\u0041\"", "\"\\u005cu0041\"")]
    public void A_send_that_is_spelled_otherwise_is_the_same_send(string field, string one, string other) =>
        Assert.Equal(Print((field, one)), Print((field, other)));

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":2,"b":1}""")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[[1],2]", "[1,[2]]")]
    [InlineData("[]", "{}")]
    [InlineData("[1]", "[1,1]")]
    [InlineData("1", "1.0")]
    [InlineData("1", "\"1\"")]
    [InlineData("true", "\"true\"")]
    [InlineData("""{"a":{"b":1}}""", """{"b":{"a":1}}""")]
    [InlineData("""{"a":{"x":1},"b":{"x":2}}""", """{"a":{"x":2},"b":{"x":1}}""")]
    [InlineData("\"a b\"", "\"ab\"")]
    [InlineData("\"\\\\u0041\"", "\"A\"")]
    public void A_send_with_different_content_is_another_send(string one, string other) => Assert.NotEqual(Print(("payload", one)), Print(("payload", other)));

    /// <summary>Prints are stored for a day: a server that is updated meanwhile must know its keys again.</summary>
    [Fact]
    public void A_fingerprint_does_not_change_from_one_version_to_the_next()
    {
        Assert.Equal(-2154859032740723758, Print());
        Assert.Equal(-2911957522797560344, PrintOf(Compared.ToDictionary(one => one.Key, one => (string?)one.Value.One)));
    }

    private static string Id(int number) => $"\"01a1f8c6-d837-7000-8000-{number:x12}\"";

    /// <summary>The print of a plain send to bob with these fields set.</summary>
    private static long Print(params (string Field, string? Value)[] fields)
    {
        var said = new Dictionary<string, string?>(StringComparer.Ordinal) { ["to"] = "[\"bob\"]", ["content"] = "\"hello\"" };
        foreach (var (field, value) in fields)
        {
            said.Remove(field);
            said.Add(field, value);
        }

        return PrintOf(said);
    }

    private static long PrintOf(Dictionary<string, string?> said)
    {
        var isBroadcast = said.Keys.Any(field => field is "capability" or "role" or "type" or "squad" or "status");
        var isRequest = said.ContainsKey("timeout_seconds");
        var shape = isBroadcast ? SendShape.Broadcast : isRequest ? SendShape.Request : SendShape.Plain;
        var fields = said.Where(one => one.Value is not null && (one.Key != "to" || !isBroadcast));
        var json = Encoding.UTF8.GetBytes($"{{{string.Join(',', fields.Select(one => $"\"{one.Key}\":{one.Value}"))}}}");
        var draft = SendReader.Read(json, shape) ?? throw new InvalidOperationException($"This is no send: {Encoding.UTF8.GetString(json)}");
        if (isBroadcast && said.GetValueOrDefault("to") is { } to)
            draft.To.AddRange(JsonNode.Parse(to)!.AsArray().Select(address => address!.GetValue<string>()));
        return SendFingerprint.Of(draft, draft.SenderId ?? Sender);
    }
}
