using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Hooks;

/// <summary>The loop of Claude Code as far as hooks see it: it calls them with the inputs that the real program gives, and treats their answers as that
/// program does. What stands in <see cref="Requests"/> is what the model reads.</summary>
internal sealed class FakeClaude(ConceptHost host, string token, string session)
{
    /// <summary>The program cuts what is longer.</summary>
    private const int LongestContext = 10_000;

    /// <summary>The program ends a turn that hooks have put off this many times in a row.</summary>
    private const int MostContinued = 8;

    private readonly List<string> _context = [];
    private int _continued;
    private int _prompt;

    /// <summary>The requests that its model got, each with what hooks have added since the one before.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What hooks have added in the loops of its subagents, which have contexts of their own.</summary>
    public List<string> ToSubagents { get; } = [];

    public string All => string.Join('\n', Requests);

    public Task StartAsync(string source = "startup") => CallAsync("SessionStart", new JsonObject { ["source"] = source, ["model"] = "fake" });

    /// <summary>The person types a prompt, or a wake does.</summary>
    /// <returns>Whether the model was asked.</returns>
    public async Task<bool> PromptAsync(string text = "Go on.")
    {
        _continued = 0;
        _prompt++;
        var answer = await CallAsync("UserPromptSubmit", new JsonObject { ["prompt"] = text });
        if ((string?)answer["decision"] == "block")
            return false;
        Ask();
        return true;
    }

    /// <summary>The model asks for tools, which run at the same time, and then gets their results.</summary>
    public async Task UseToolsAsync(int count = 1)
    {
        await RunToolsAsync(count);
        Ask();
    }

    /// <summary>The person interrupts it after its tools have run: there is no further request, and no hook tells.</summary>
    public Task RunToolsThenInterruptAsync() => RunToolsAsync(1);

    /// <summary>The person types a prompt while tools run: its hook comes after theirs, and before the request.</summary>
    public async Task UseToolsAndQueueAsync(string text)
    {
        await RunToolsAsync(1);
        await CallAsync("UserPromptSubmit", new JsonObject { ["prompt"] = text });
        Ask();
    }

    /// <summary>The model ends its turn. If a hook adds something, the turn goes on.</summary>
    /// <returns>Whether the turn ended.</returns>
    public async Task<bool> StopAsync()
    {
        var before = _context.Count;
        await CallAsync("Stop", new JsonObject { ["stop_hook_active"] = _continued > 0, ["last_assistant_message"] = "Done." });
        if (_context.Count == before || _continued >= MostContinued)
            return true;
        _continued++;
        Ask();
        return false;
    }

    /// <summary>A subagent works, with hooks of its own in the same session.</summary>
    public Task InSubagentAsync(string name) => CallAsync(name, new JsonObject { ["agent_id"] = "sub-1", ["agent_type"] = "Explore" });

    public async Task<JsonNode> CallAsync(string name, JsonObject input)
    {
        input["session_id"] = session;
        input["transcript_path"] = "/nowhere/transcript.jsonl";
        input["cwd"] = "/work";
        input["permission_mode"] = "default";
        if (_prompt > 0)
            input["prompt_id"] = $"{session} {_prompt}";
        input["hook_event_name"] = name;
        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/hooks/claude", token, input.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var json = JsonNode.Parse(answer.Text)!;
        if ((string?)json["hookSpecificOutput"]?["additionalContext"] is { } text)
        {
            Assert.Equal(name, (string?)json["hookSpecificOutput"]!["hookEventName"]);
            Assert.InRange(text.Length, 1, LongestContext);
            (input.ContainsKey("agent_id") ? ToSubagents : _context).Add(text);
        }

        return json;
    }

    private async Task RunToolsAsync(int count)
    {
        var tools = Enumerable.Range(0, count).Select(i => Tool($"toolu_{i}")).ToList();
        foreach (var tool in tools)
            await CallAsync("PreToolUse", (JsonObject)tool.DeepClone());
        await Task.WhenAll(tools.Select(tool => CallAsync("PostToolUse", (JsonObject)tool.DeepClone())));
        await CallAsync("PostToolBatch", new JsonObject { ["tool_calls"] = new JsonArray([.. tools]) });
    }

    private static JsonObject Tool(string id) => new()
    {
        ["tool_name"] = "Bash",
        ["tool_input"] = new JsonObject { ["command"] = "make" },
        ["tool_use_id"] = id,
        ["tool_response"] = new JsonObject { ["stdout"] = "session_id prompt agent_id", ["interrupted"] = false },
    };

    private void Ask()
    {
        Requests.Add(string.Join('\n', _context));
        _context.Clear();
    }
}
