using System.Text;
using System.Text.Json.Nodes;
using Parley.Cli.Harnesses;
using Xunit;

namespace Parley.EndToEnd.Tests.Hooks;

/// <summary>What is put into a settings file can be taken out again, and nothing else changes.</summary>
public sealed class SettingsSpliceTests
{
    private const int Generated = 3_000;

    private static readonly HooksPart Hooks = new("settings.json", "claude",
    [
        KeyValuePair.Create("SessionStart", Group(Hook("run"), Hook("wait"))), KeyValuePair.Create("Stop", Group(Hook("run"))),
    ]);

    private static readonly HooksPart OtherHooks = new("settings.json", "claude", [KeyValuePair.Create("Stop", Group(Hook("run", "--agent", "be-1")))]);

    private static readonly HooksPart OwnFile = new("parley.json", "copilot",
    [
        KeyValuePair.Create("Stop", new JsonObject { ["type"] = "command", ["bash"] = "'/opt/my tools/parley' hook run copilot" }),
    ], new JsonObject { ["version"] = 1 });

    private static readonly McpPart Mcp = new("settings.json", new JsonObject { ["command"] = "parley", ["args"] = new JsonArray("mcp"), ["alwaysLoad"] = true });

    private static readonly TomlPart Toml = new("config.toml", ["[mcp_servers.parley]", "command = \"parley\"", "args = [\"mcp\"]"]);

    public static TheoryData<string> Files =>
    [
        "{}", "{ }", "{\n}", "{\r\n}\r\n", "{}\n\n", "\uFEFF{}", "\uFEFF{\r\n  \"a\": 1\r\n}", "{\"a\":1}", "{ \"a\": 1 }", "{\n  \"a\": 1\n}\n",
        "{\n\t\"a\": {\n\t\t\"b\": []\n\t}\n}", "{\n    \"a\": 1,\n    \"b\": [1, 2]\n}", "{\n  \"a\": 1,\n}\n", "{\n  \"a\": 1 // one\n}\n", "{\n  \"a\": 1, // one\n  /* two */\n}\n",
        "// first\n{\n  // inside\n}\n// last", "{ // here\n  \"a\": \"}\" /* { */ }", "{\"hooks\": {}}", "{\"hooks\": { }, \"a\": 1}", "{\n  \"hooks\": {\n  }\n}", "{\"hooks\": {\"Stop\": []}}",
        "{\n  \"hooks\": {\n    \"Stop\": [\n    ]\n  }\n}", "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}]}}",
        "{\n  \"hooks\": {\n    \"Stop\": [ { \"matcher\": \"\", \"hooks\": [ { \"type\": \"command\", \"command\": \"x\" } ] } ],\n    \"PreToolUse\": []\n  }\n}\n",
        "{\n  \"mcpServers\": {}\n}", "{\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" } // mine\n  }\n}", "{\"a\": \"\\\"hooks\\\"\", \"b\": \"\\\\\"}",
        "{\n  \"a\": \"ä 🙂 \\u00e4\",\n\n\n  \"b\": 1e5, \"c\": null, \"d\": true   \n}   \n", "{\n  \"hooks\": {\"Stop\": [{\"url\": \"https://example.org/hooks/other\"}],},\n}",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Putting_in_and_taking_out_gives_the_same_file(string text) => AssertIdentity(text);

    [Fact]
    public void Of_any_file()
    {
        for (var seed = 0; seed < Generated; seed++)
            AssertIdentity(new SomeJson(seed).Root());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Putting_in_twice_changes_nothing_more_and_other_options_replace_what_was_there(string text)
    {
        var once = Hooks.PutIn(text);
        Assert.True(Hooks.IsIn(once));
        Assert.Equal(once, Hooks.PutIn(once));
        var other = OtherHooks.PutIn(once);
        Assert.True(OtherHooks.IsIn(other) && !Hooks.IsIn(other) && Hooks.IsPartlyIn(other));
        Assert.Equal(text, Hooks.TakeOut(other));
    }

    [Fact]
    public void What_the_user_changes_meanwhile_stays()
    {
        var before = "{\n  // mine\n  \"model\": \"a\"\n}\n";
        var installed = Mcp.PutIn(Hooks.PutIn(before));
        var edited = installed.Replace("\"a\"", "\"b\"", StringComparison.Ordinal).Replace("{\n  // mine", "{\n  \"first\": 1,\n  // mine", StringComparison.Ordinal);
        edited = edited.Insert(edited.LastIndexOf("\n}", StringComparison.Ordinal), ",\n  \"last\": [ 2 ]");
        Assert.Equal("{\n  \"first\": 1,\n  // mine\n  \"model\": \"b\",\n  \"last\": [ 2 ]\n}\n", Hooks.TakeOut(Mcp.TakeOut(edited)!));
    }

    [Fact]
    public void A_hook_that_the_user_adds_beside_ours_stays()
    {
        var json = JsonNode.Parse(Hooks.PutIn(null))!;
        ((JsonArray)json["hooks"]!["Stop"]![0]!["hooks"]!).Add((JsonNode)new JsonObject { ["type"] = "command", ["command"] = "say done" });
        var left = JsonNode.Parse(Hooks.TakeOut(json.ToJsonString())!)!;
        Assert.Equal("""{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"say done"}]}]}}""", left.ToJsonString().Replace("\"SessionStart\":[],", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_was_not_there_is_gone_again()
    {
        foreach (var part in (SettingsPart[])[Hooks, OwnFile, Mcp, Toml])
            Assert.Null(part.TakeOut(part.PutIn(null)));
        Assert.Null(Hooks.TakeOut(Mcp.TakeOut(Mcp.PutIn(Hooks.PutIn(null)))!));
    }

    [Fact]
    public void Others_hooks_of_that_name_are_not_taken_for_ours()
    {
        const string Text = """{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"parley-ui hook run codex"},{"type":"command","command":"echo parley hook runs claude"}]}]}}""";
        Assert.Equal(Text, Hooks.TakeOut(Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("model = \"x\"")]
    [InlineData("model = \"x\"\n")]
    [InlineData("model = \"x\"\r\n\r\n[profiles.a]\r\nb = '''\n[mcp_servers.parley]'''\r\n# end")]
    [InlineData("a = [1,\n 2] # ]\n[mcp_servers.other]\ncommand = \"y # \\\" \"\n\n\n")]
    [InlineData("a = \"\"\"\nx \"\" \\\"\"\"\"\"\n")]
    public void Toml_is_the_same_again(string text)
    {
        if (text.Contains("[mcp_servers.parley]", StringComparison.Ordinal))
        {
            Assert.Throws<SettingsException>(() => Toml.PutIn(text));
            return;
        }

        var installed = Toml.PutIn(text);
        Assert.True(Toml.IsIn(installed));
        Assert.Equal(installed, Toml.PutIn(installed));
        Assert.Equal(text, Toml.TakeOut(installed));
        var late = Toml.TakeOut($"{installed}[late]\nc = 1\n");
        Assert.Equal(text.Length == 0 || text.EndsWith('\n') ? $"{text}[late]\nc = 1\n" : $"{text}\n[late]\nc = 1\n", late);
    }

    [Theory]
    [InlineData("a = \"x\n")]
    [InlineData("a = [1, 2\n")]
    [InlineData("a = '''x\n")]
    [InlineData("a = 1]\n")]
    [InlineData("mcp_servers = { a = { command = \"x\" } }\n")]
    [InlineData("[ mcp_servers . \"parley\" ]\n")]
    public void Broken_toml_and_another_server_of_that_name_are_refused(string text) => Assert.Throws<SettingsException>(() => Toml.PutIn(text));

    [Theory]
    [InlineData("{\"hooks\": []}")]
    [InlineData("{\"hooks\": {\"Stop\": {}}}")]
    [InlineData("[]")]
    public void A_file_of_another_shape_is_refused(string text) => Assert.Throws<SettingsException>(() => Hooks.PutIn(text));

    private static void AssertIdentity(string text)
    {
        var hooks = Hooks.PutIn(text);
        Assert.True(Hooks.IsIn(hooks), hooks);
        Assert.True(text == Hooks.TakeOut(hooks), $"{text}\n-->\n{hooks}\n-->\n{Hooks.TakeOut(hooks)}");
        var both = Mcp.PutIn(hooks);
        Assert.True(Mcp.IsIn(both) && Hooks.IsIn(both), both);
        Assert.True(text == Hooks.TakeOut(Mcp.TakeOut(both)!), $"{text}\n-->\n{both}");
        Assert.True(text == Mcp.TakeOut(Hooks.TakeOut(both)!), $"{text}\n-->\n{both}");
    }

    private static JsonObject Group(params JsonNode[] hooks) => new() { ["hooks"] = new JsonArray(hooks) };

    private static JsonObject Hook(string verb, params string[] more) =>
        new() { ["type"] = "command", ["command"] = "parley", ["args"] = new JsonArray([.. new[] { "hook", verb, "claude" }.Concat(more).Select(word => (JsonNode)word)]), ["timeout"] = 5 };

    /// <summary>Settings files as people and programs write them, with comments and any white space.</summary>
    private sealed class SomeJson(int seed)
    {
        private static readonly string[] Keys = ["a", "hooks", "mcpServers", "Stop", "SessionStart", "model", "x\\\"y", "ü"];

        private readonly Random _random = new(seed);
        private readonly StringBuilder _text = new();

        internal string Root()
        {
            Space();
            var root = Keys.Where(key => key is not ("Stop" or "SessionStart") && _random.Next(2) == 0).ToList();
            List('{', root.Count, i => Member(root[i], depth: 1));
            Space();
            return _text.ToString();
        }

        private void Member(string key, int depth)
        {
            _text.Append('"').Append(key).Append(_random.Next(3) == 0 ? "\" :" : "\":");
            Space();
            if (key == "hooks" && depth == 1)
                Names(["Stop", "SessionStart", "Other"], () => List('[', _random.Next(3), _ => Value(2)));
            else if (key == "mcpServers" && depth == 1)
                Names(["one", "two"], () => Value(2));
            else
                Value(depth);
        }

        private void Names(string[] names, Action value)
        {
            var chosen = names.Where(_ => _random.Next(2) == 0).ToList();
            List('{', chosen.Count, i =>
            {
                _text.Append('"').Append(chosen[i]).Append("\":");
                Space();
                value();
            });
        }

        private void Value(int depth)
        {
            switch (_random.Next(depth > 3 ? 3 : 5))
            {
                case 0: _text.Append("-1.5e3"); break;
                case 1: _text.Append(_random.Next(2) == 0 ? "true" : "null"); break;
                case 2: _text.Append("\"// } ] , \\\" \\\\ /* \""); break;
                case 3: List('[', _random.Next(4), _ => Value(depth + 1)); break;
                default:
                    var keys = Keys.Where(_ => _random.Next(4) == 0).ToList();
                    List('{', keys.Count, i => Member(keys[i], depth + 1));
                    break;
            }
        }

        private void List(char open, int count, Action<int> item)
        {
            _text.Append(open);
            for (var i = 0; i < count; i++)
            {
                Space();
                item(i);
                Space();
                if (i + 1 < count || _random.Next(4) == 0)
                    _text.Append(',');
            }

            Space();
            _text.Append(open == '{' ? '}' : ']');
        }

        private void Space()
        {
            while (_random.Next(3) == 0)
                _text.Append((string[])[" ", "\n", "\r\n", "\t", "  ", "// x { [ \" ,\n", "/* y } */"] is var kinds ? kinds[_random.Next(kinds.Length)] : "");
        }
    }
}
