using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Parley.Cli.Harnesses;

/// <summary>The hooks in a settings file that has them under <c>hooks</c>, by event.</summary>
/// <param name="events">What to add to the list of each event.</param>
/// <param name="head">Members that a new file begins with.</param>
internal sealed partial class HooksPart(string file, string harness, IReadOnlyList<KeyValuePair<string, JsonObject>> events, JsonObject? head = null)
    : SettingsPart(file, "hooks")
{
    private const string Hooks = "hooks";

    internal override bool IsIn(string text)
    {
        var json = JsonText.Parse(text);
        var there = Own(json).Select(own => (own[1].Key!, json.Node(own[2].Value)!)).ToList();
        return there.Count == events.Count && events.All(wanted => there.Exists(one => one.Item1 == wanted.Key && JsonNode.DeepEquals(one.Item2, wanted.Value)));
    }

    internal override bool IsPartlyIn(string text) => Own(JsonText.Parse(text)).Any();

    internal override string PutIn(string? text)
    {
        if (text is null)
            return NewFile(Whole());
        if (IsIn(text))
            return text;
        if (TakeOut(text) is not { } left)
            return NewFile(Whole());
        foreach (var (name, entry) in events)
            left = Add(left, name, entry);
        return left;
    }

    internal override string? TakeOut(string text)
    {
        while (true)
        {
            var json = JsonText.Parse(text);
            if (Own(json).FirstOrDefault() is not { } own)
                return head is not null && IsBare(json) ? null : text;
            if (Without(json, own) is not { } left)
                return null;
            text = left;
        }
    }

    internal override IEnumerable<IReadOnlyList<string>> Commands(string text)
    {
        var json = JsonText.Parse(text);
        return Own(json).SelectMany(own => json.Node(own[^1].Value) is not JsonObject entry ? []
            : entry[Hooks] is JsonArray group ? group.OfType<JsonObject>().Select(Command) : [Command(entry)]).Where(static command => command.Count > 0).ToList();
    }

    private static string Add(string text, string name, JsonObject entry)
    {
        var json = JsonText.Parse(text);
        if (json.Root.Open != '{')
            throw new SettingsException("is not a JSON object");
        if (json.Root[Hooks] is not { } hooks)
            return json.Add(json.Root, 1, Hooks, new JsonObject { [name] = new JsonArray(entry.DeepClone()) });
        if (hooks.Open != '{')
            throw new SettingsException("has 'hooks' that is not an object", "Correct it, and run this again.");
        if (hooks[name] is not { } list)
            return json.Add(hooks, 2, name, new JsonArray(entry.DeepClone()));
        if (list.Open != '[')
            throw new SettingsException($"has 'hooks.{name}' that is not an array", "Correct it, and run this again.");
        return json.Add(list, 3, key: null, entry.DeepClone());
    }

    private JsonObject Whole()
    {
        var root = head is null ? [] : (JsonObject)head.DeepClone();
        var hooks = new JsonObject();
        foreach (var (name, entry) in events)
        {
            if (hooks[name] is JsonArray list)
                list.Add(entry.DeepClone());
            else
                hooks[name] = new JsonArray(entry.DeepClone());
        }

        root[Hooks] = hooks;
        return root;
    }

    /// <summary>Whether nothing is left but what a new file begins with.</summary>
    private bool IsBare(JsonText json) => json.Node(json.Root) is JsonObject root && JsonNode.DeepEquals(root, head);

    /// <summary>The paths to what is Parley's: the hook alone if there are others in its group, else the group.</summary>
    private IEnumerable<JsonItem[]> Own(JsonText json)
    {
        if (json.Root.Open != '{' || json.Root.Items.Find(static item => item.Key == Hooks) is not { Value.Open: '{' } hooks)
            yield break;
        foreach (var name in hooks.Value.Items.Where(static item => item.Value.Open == '['))
        {
            foreach (var group in name.Value.Items)
            {
                if (IsOwn(json.Node(group.Value)))
                    yield return [hooks, name, group];
                else if (group.Value.Items.Find(static item => item.Key == Hooks) is { Value.Open: '[' } inner)
                {
                    var own = inner.Value.Items.FindAll(item => IsOwn(json.Node(item.Value)));
                    if (own.Count > 0 && own.Count == inner.Value.Items.Count)
                        yield return [hooks, name, group];
                    else if (own.Count > 0)
                        yield return [hooks, name, group, inner, own[0]];
                }
            }
        }
    }

    private bool IsOwn(JsonNode? entry)
    {
        if (entry is not JsonObject hook)
            return false;
        if (hook["url"] is JsonValue address && address.TryGetValue(out string? url) && url.Split('?')[0].EndsWith($"/hooks/{harness}", StringComparison.Ordinal))
            return true;
        return Command(hook) switch
        {
            [_, "hook", "run" or "wait", var named, ..] => named == harness,
            [var line] => Line().Match(line) is { Success: true } match && match.Groups["harness"].Value == harness,
            _ => false,
        };
    }

    private static IReadOnlyList<string> Command(JsonObject hook)
    {
        if ((hook["command"] ?? hook["bash"] ?? hook["powershell"]) is not JsonValue program || !program.TryGetValue(out string? command))
            return [];
        return hook["args"] is JsonArray arguments ? [command, .. arguments.Select(static one => one?.ToString() ?? "")] : [command];
    }

    [GeneratedRegex(@"(^|[\\/])parley[^\s\\/]* hook (run|wait) (?<harness>[a-z]+)( |$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Line();
}
