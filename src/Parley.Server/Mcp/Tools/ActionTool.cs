using ModelContextProtocol.Protocol;

namespace Parley.Server.Mcp.Tools;

/// <summary>One request that a tool can make.</summary>
/// <param name="Path">As for <see cref="ToolCall.SendAsync"/>.</param>
internal sealed record ToolAction(string Name, string Method, string Path)
{
    internal Fields? Query { get; init; }
    internal Fields? Body { get; init; }

    /// <summary>The arguments without which it makes no sense.</summary>
    internal IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>What to say if there is nothing to show.</summary>
    internal string Done { get; init; } = "Done.";

    /// <summary>What to say before what the API answers; null for nothing.</summary>
    internal string? Introduction { get; init; }

    internal IEnumerable<string> Uses => [.. Needs, .. Query?.Arguments ?? [], .. Body?.Arguments ?? []];
}

/// <summary>A tool with several actions, each a request.</summary>
/// <param name="usual">The action if none is named.</param>
internal abstract class ActionTool(string name, string usual, IReadOnlyList<ToolAction> actions) : McpTool(name)
{
    private const string Action = "action";

    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var named = call.Arguments.Text(Action) ?? usual;
        var action = actions.First(action => action.Name == named);
        if (action.Needs.FirstOrDefault(need => !call.Arguments.Has(need)) is { } missing)
            return ToolResult.Error($"{missing} is missing: {Name} with action {named} needs it.");
        if (Unused(call, named, action.Uses.Append(Action)) is { } unused)
            return ToolResult.Error(unused);
        var answer = await call.SendAsync(action.Method, action.Path, action.Query, action.Body);
        return answer.IsRefused ? ToolResult.Refused(answer)
            : answer.Json.Length == 0 ? ToolResult.Of(action.Done)
            : ToolResult.Of(answer.Json, action.Introduction);
    }
}
