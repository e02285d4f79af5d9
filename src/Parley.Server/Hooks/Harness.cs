using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>A program that runs an agent's loop and calls hooks at its boundaries: what it calls the moments, and how it wants to be
/// answered.</summary>
/// <remarks>Vendors change these without notice. So a field, an event, or a value that is not known here is ignored, and never a reason to fail: a
/// broken hook would break the agent.</remarks>
internal abstract class Harness
{
    /// <summary>Tools put anything into their output.</summary>
    private const int Deepest = 1_000;

    /// <summary>The name in paths and commands.</summary>
    internal abstract string Name { get; }

    /// <summary>How many times in a row a hook may put off the end of a turn. After that, the harness ends it anyway.</summary>
    internal virtual int MostContinued => 8;

    /// <summary>The tool that runs a subagent, in a harness that does not say which events come from a subagent. While it runs, all of them do.</summary>
    internal virtual string? SubagentTool => null;

    /// <summary>The harness's own names of the moments.</summary>
    protected abstract IReadOnlyDictionary<string, HookMoment> Moments { get; }

    /// <summary>Whether a text can be put before the model at a moment. Of two such moments for the same request, only one is used.</summary>
    internal abstract bool Takes(HookMoment moment);

    /// <summary>Reads the JSON that the harness gives to a hook. Whatever else is in it, such as the output of a tool, is skipped.</summary>
    /// <returns>Null if it is no object.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal HookEvent? Read(ReadOnlySpan<byte> input)
    {
        var reader = new Utf8JsonReader(input, new JsonReaderOptions { MaxDepth = Deepest });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        var (name, session, turn, source, prompt, tool, notice, isOfSubagent) = ("", "", (string?)null, (string?)null, (string?)null, (string?)null, (string?)null, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("hook_event_name"u8))
                name = Text(ref reader) ?? "";
            else if (reader.ValueTextEquals("session_id"u8))
                session = Text(ref reader) ?? "";
            else if (reader.ValueTextEquals("prompt"u8))
                prompt = Text(ref reader);
            else if (reader.ValueTextEquals("notification_type"u8))
                notice = Text(ref reader);
            else if (reader.ValueTextEquals("prompt_id"u8) || reader.ValueTextEquals("turn_id"u8))
                turn = Text(ref reader);
            else if (reader.ValueTextEquals("source"u8))
                source = Text(ref reader);
            else if (reader.ValueTextEquals("tool_name"u8))
                tool = Text(ref reader);
            else if (reader.ValueTextEquals("agent_id"u8))
                isOfSubagent = Text(ref reader) is { Length: > 0 };
            else
                reader.Skip();
        }

        return new HookEvent(Moments.GetValueOrDefault(name), name, session) { IsOfSubagent = isOfSubagent, Turn = turn, Source = source, Prompt = prompt, Tool = tool, Notice = notice };
    }

    /// <summary>Writes the answer, with no field that the harness does not know at this event.</summary>
    internal void Write(Utf8JsonWriter to, HookEvent asked, HookAnswer answer)
    {
        to.WriteStartObject();
        if (answer.Verb == HookVerb.Add)
            WriteText(to, asked, answer.Text);
        else if (answer.Verb == HookVerb.Refuse)
            WriteRefusal(to, asked, answer.Text);
        else if (answer.Verb == HookVerb.Block)
            WriteBlock(to, answer.Text);
        to.WriteEndObject();
    }

    protected abstract void WriteText(Utf8JsonWriter to, HookEvent asked, string text);

    /// <summary>The model gets the reason in place of the tool's result.</summary>
    protected virtual void WriteRefusal(Utf8JsonWriter to, HookEvent asked, string reason)
    {
        to.WriteStartObject("hookSpecificOutput"u8);
        to.WriteString("hookEventName"u8, asked.Name);
        WritePermission(to, reason);
        to.WriteEndObject();
    }

    protected static void WritePermission(Utf8JsonWriter to, string reason)
    {
        to.WriteString("permissionDecision"u8, "deny");
        to.WriteString("permissionDecisionReason"u8, reason);
    }

    protected virtual void WriteBlock(Utf8JsonWriter to, string reason) => WriteDecision(to, "block", reason);

    protected static void WriteDecision(Utf8JsonWriter to, string decision, string reason)
    {
        to.WriteString("decision"u8, decision);
        to.WriteString("reason"u8, reason);
    }

    protected static void WriteContext(Utf8JsonWriter to, string eventName, string text)
    {
        to.WriteStartObject("hookSpecificOutput"u8);
        to.WriteString("hookEventName"u8, eventName);
        to.WriteString("additionalContext"u8, text);
        to.WriteEndObject();
    }

    /// <summary>The value that follows; null if it is not text.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }
}
