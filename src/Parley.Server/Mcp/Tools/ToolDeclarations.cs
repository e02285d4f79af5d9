using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Parley.Server.Mcp.Tools;

/// <summary>The tools, as clients see them: few, named by what they do, and always in this order, so that a model's cached prompt stays valid.</summary>
internal static class ToolDeclarations
{
    /// <summary>The longest wait in one call, in seconds. Clients give up on a call after a minute.</summary>
    internal const int LongestWait = 50;

    private const string Address = """{"type":"array","items":{"type":"string"},"description":"Agent ids, or addresses: squad:NAME, role:NAME, capability:NAME, topic:NAME, human, * for everybody."}""";
    private const string Content = """{"type":"string","description":"The text."}""";
    private const string Payload = """{"description":"Any JSON, for programs."}""";
    private const string Priority = """{"type":"string","enum":["low","normal","high","critical"]}""";
    private const string Key = """{"type":"string","description":"Calls with the same key send one message."}""";
    private const string Wait = """{"type":"number","minimum":0,"maximum":50,"description":"Seconds to wait."}""";
    private const string Version = """{"type":"integer","description":"Only if this is still the version."}""";

    /// <summary>In their fixed order.</summary>
    internal static IReadOnlyList<Tool> All { get; } =
    [
        Tool("inbox", "Read the messages that wait for you, the most urgent first. Each is acknowledged when you get it, unless you pass ack: false.",
            $$$"""
            "wait":{"type":"number","minimum":0,"maximum":50,"description":"Seconds to wait if there is no message."},
            "budget_tokens":{"type":"integer","minimum":1,"description":"Shorten the messages to about this many tokens; default 6000."},
            "ack":{"type":"boolean","description":"With false, the messages stay yours for 10 minutes. Acknowledge them with done, or they come again."},
            "done":{"type":"array","items":{"type":"string"},"description":"Ids of messages read with ack: false that you have handled."}
            """, [], alwaysLoad: true),
        Tool("send", "Send a message to agents or people. It waits in their inboxes until they read it.",
            $$$"""
            "to":{{{Address}}},
            "content":{{{Content}}},
            "type":{"type":"string","description":"Such as text (default), question, status."},
            "payload":{{{Payload}}},
            "priority":{{{Priority}}},
            "intent":{"type":"string","enum":["inform","request","ack"],"description":"What you expect: nothing, a reply, or not even attention."},
            "thread":{"type":"string","description":"Id of the thread to continue."},
            "task":{"type":"string","description":"Id of the task that it is about."},
            "idempotency_key":{{{Key}}}
            """, ["to"], alwaysLoad: true),
        Tool("reply", "Answer a message that you got. The answer goes to its sender and settles it.",
            $$$"""
            "message_id":{"type":"string","description":"The message that you answer."},
            "content":{{{Content}}},
            "payload":{{{Payload}}},
            "outcome":{"type":"string","enum":["success","error"],"description":"Whether you did what was asked."},
            "intent":{"type":"string","enum":["inform","request","ack"],"description":"ack only promises to answer later, and leaves the message open."},
            "priority":{{{Priority}}},
            "idempotency_key":{{{Key}}}
            """, ["message_id"], alwaysLoad: true),
        Tool("request", "Send a message and wait for the first reply. If none comes in time, it arrives in your inbox later.",
            $$$"""
            "to":{{{Address}}},
            "content":{{{Content}}},
            "type":{"type":"string"},
            "payload":{{{Payload}}},
            "priority":{{{Priority}}},
            "wait":{{{Wait}}},
            "thread":{"type":"string","description":"Id of the thread to continue."},
            "task":{"type":"string","description":"Id of the task that it is about."},
            "idempotency_key":{{{Key}}}
            """, ["to"]),
        Tool("agents", "Find agents: who is there, what they can do, and what they are doing.",
            """
            "agent_id":{"type":"string","description":"Only this agent."},
            "text":{"type":"string","description":"Part of an id or a name."},
            "capability":{"type":"string"},
            "role":{"type":"string"},
            "squad":{"type":"string"},
            "status":{"type":"string","enum":["active","offline","online","busy","error"],"description":"active: any but offline."},
            "limit":{"type":"integer","minimum":1,"maximum":200}
            """, [], readOnly: true),
        Tool("thread", "Read a conversation or one message in full. Without an id, list your conversations.",
            """
            "thread_id":{"type":"string"},
            "message_id":{"type":"string","description":"Only this message."},
            "digest":{"type":"boolean","description":"Only the open and settled requests and the newest message."},
            "after":{"type":"string","description":"The next of an earlier answer."},
            "limit":{"type":"integer","minimum":1,"maximum":100}
            """, [], readOnly: true),
        Tool("task", "Work with shared tasks: list, get, create, assign, and report on those that you have.",
            $$$"""
            "action":{"type":"string","enum":["list","get","create","assign","accept","start","extend","complete","fail","reject","cancel"]},
            "task_id":{"type":"string"},
            "title":{"type":"string"},
            "description":{"type":"string"},
            "agent_id":{"type":"string","description":"create, assign: who gets it. list: whose tasks."},
            "required_capabilities":{"type":"array","items":{"type":"string"}},
            "priority":{{{Priority}}},
            "depends_on":{"type":"array","items":{"type":"string"},"description":"Ids of tasks that come first."},
            "due_date":{"type":"string","description":"A time such as 2026-01-22T14:00:00Z."},
            "status":{"type":"string","enum":["pending","assigned","in_progress","completed","failed","cancelled"]},
            "fence":{"type":"integer","description":"The fence of your assignment."},
            "lease_seconds":{"type":"integer"},
            "result":{"description":"complete: any JSON."},
            "error":{"type":"string","description":"fail: what went wrong."},
            "reason":{"type":"string","description":"reject: why."},
            "limit":{"type":"integer","minimum":1,"maximum":200}
            """, ["action"]),
        Tool("memory", "Read and write values that all agents of the project share, by key.",
            $$$"""
            "action":{"type":"string","enum":["get","set","list","delete"]},
            "key":{"type":"string","description":"Such as plan/login."},
            "value":{"description":"Any JSON."},
            "prefix":{"type":"string","description":"list: only keys that begin with it."},
            "if_version":{{{Version}}},
            "ttl_seconds":{"type":"number"},
            "limit":{"type":"integer","minimum":1,"maximum":200}
            """, ["action"], destructive: true),
        Tool("reserve", "Reserve files before you change them, so that no other agent changes them at the same time. Also: renew, release, check, list.",
            """
            "action":{"type":"string","enum":["reserve","renew","release","check","list"],"description":"Default reserve."},
            "paths":{"type":"array","items":{"type":"string"},"description":"Files or globs such as src/login/**. check: files."},
            "mode":{"type":"string","enum":["exclusive","shared"]},
            "ttl_seconds":{"type":"integer"},
            "reason":{"type":"string"},
            "wait":{"type":"boolean","description":"If they are taken, wait in line; a message says when they are yours."},
            "reservation_id":{"type":"string"}
            """, []),
        Tool("ask_human", "Ask a person a question. The answer arrives in your inbox; wait also returns it here. Ask again with question_id.",
            """
            "question":{"type":"string"},
            "options":{"type":"array","items":{"type":"string"},"description":"The possible answers."},
            "default":{"type":"string","description":"The answer if nobody gives one before the deadline."},
            "deadline":{"type":"string","description":"A time such as 2026-01-22T14:00:00Z."},
            "thread":{"type":"string"},
            "task":{"type":"string"},
            "question_id":{"type":"string","description":"Look at a question that you asked before."},
            "wait":{"type":"number","minimum":0,"maximum":50,"description":"Seconds to wait for the answer."}
            """, []),
        Tool("catch_up", "After a restart, find out who you are, what you have to do, and what waits for you.",
            """
            "budget_tokens":{"type":"integer","minimum":1,"description":"Default 2000."}
            """, [], readOnly: true),
    ];

    internal static Tool? Find(string name) => All.FirstOrDefault(tool => tool.Name == name);

    private static Tool Tool(string name, string description, string properties, string[] required, bool readOnly = false, bool destructive = false, bool alwaysLoad = false) => new()
    {
        Name = name,
        Description = description,
        InputSchema = Schema(properties, required),
        Annotations = new ToolAnnotations
        {
            ReadOnlyHint = readOnly,
            IdempotentHint = readOnly,
            DestructiveHint = destructive,
            OpenWorldHint = false,
        },
        // Claude Code shows a model only the names of the other tools until it looks for them.
        Meta = alwaysLoad ? new JsonObject { ["anthropic/alwaysLoad"] = true } : null,
    };

    private static JsonElement Schema(string properties, string[] required)
    {
        var names = string.Join(',', required.Select(name => $"\"{name}\""));
        return JsonElement.Parse($$"""{"type":"object","properties":{{{properties}}},"required":[{{names}}],"additionalProperties":false}""");
    }
}
