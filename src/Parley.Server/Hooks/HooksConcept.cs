using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Hooks;

/// <summary>Hooks of the programs that run agents: Claude Code, Codex, and others.</summary>
internal sealed class HooksConcept(IEnumerable<Harness> harnesses, HookDesk desk, ActorResolver actors) : IConcept
{
    /// <summary>Hooks get the output of tools, which Parley skips.</summary>
    private const long LargestBody = 32 << 20;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string AnEvent = """{"hook_event_name": "PostToolBatch", "session_id": "5f0c2f7e", "cwd": "/work", "tool_calls": []}""";

    private const string AnAnswer =
        """{"hookSpecificOutput": {"hookEventName": "PostToolBatch", "additionalContext": "Parley has 1 message for this agent, be-1. ..."}}""";

    public string Title => "Hooks";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, HookCall>(
            "CallHook", "Tell Parley what happens in an agent's harness, and get what its model should read now.", new HookInput(harnesses, AnEvent), AnswerAsync)
        {
            Details = "The body and the answer are the harness's own JSON, so this is the address of an HTTP hook. Messages in the answer are leased. Once a later event "
                + "proves that the model has read them, they are surfaced and acknowledged; otherwise, they are given again.",
            Allows = Permission.Settle,
            Own = "its own mailbox",
            BodyLimit = LargestBody,
            Answers = [AnswerShape.Ok<JsonElement>(AnAnswer)],
        }.Rest("POST", "/hooks/{harness}"),
    ];

    private async ValueTask<Answer> AnswerAsync(HookCall call, ProjectContext context)
    {
        if (call.AgentId is null && context.Caller.AgentId is null)
            return Problems.InvalidField("agent_id", "is missing: say which agent the harness runs, or use the agent's own token");
        if (!(await actors.FindActorAsync(context.Caller, context.Project, call.AgentId, context.Cancellation)).TryGet(out var agent, out var problem))
            return problem;
        var answer = await desk.AnswerAsync(context.Project, agent, call.Harness, call.Event, context.Cancellation);
        var json = Json(call, answer);
        return Answer.Raw(to => to.Raw(json), answer.Given.Count > 0 ? () => desk.UnansweredAsync(context.Project, agent, answer) : null);
    }

    private static byte[] Json(HookCall call, HookAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            call.Harness.Write(writer, call.Event, answer);
        return buffer.WrittenSpan.ToArray();
    }
}
