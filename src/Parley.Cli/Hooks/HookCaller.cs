using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Hooks;

/// <summary>The agent that a harness runs, on the server that the other commands would use, and the tokens to try, best first.</summary>
/// <param name="Agent">The agent's id.</param>
/// <param name="Folder">The folder that the harness works in.</param>
internal sealed record HookCaller(ServerLocation Location, string Harness, string Agent, string Folder)
{
    /// <summary>The server knows tokens by their beginnings, and so may everybody.</summary>
    private const string OfAgent = "parley_agent_", ToJoin = "parley_join_";

    /// <inheritdoc cref="HookArguments.Interrupt"/>
    internal bool Interrupt { get; private init; }

    /// <summary>Where the agent's own token is kept once it is registered, as with <c>--as</c>.</summary>
    internal required TokenFile File { get; init; }

    /// <summary>Whether somebody chose the agent's name. Otherwise, an agent's token says who it is.</summary>
    private bool IsNamed { get; init; }

    /// <exception cref="ParleyConfigurationException">No server was found.</exception>
    internal static HookCaller Find(HookArguments arguments, HookEventStart start)
    {
        var options = new ParleyOptions { Url = arguments.Url, Token = arguments.Token, Project = arguments.Project };
        var location = ServerLocation.Find(options);
        var folder = FolderOf(arguments.Harness, start);
        var named = location.AgentId ?? arguments.Agent;
        var agent = named ?? FolderName.AgentId(folder, arguments.Harness);
        return new HookCaller(location, arguments.Harness, agent, folder) { File = TokenFile.Of(options, location, agent), IsNamed = named is not null, Interrupt = arguments.Interrupt };
    }

    /// <summary>The tokens that may act as the agent, each with the agent that it has to name: null for its own.</summary>
    internal IEnumerable<(string Token, string? Agent)> Tokens()
    {
        if (Location is { TokenIsExplicit: true, Token: { } own } && own.StartsWith(OfAgent, StringComparison.Ordinal))
        {
            yield return (own, IsNamed ? Agent : null);
            yield break;
        }

        if (File.Read() is { } kept)
            yield return (kept.Token, null);
        if (Location.Token is { } given && !given.StartsWith(ToJoin, StringComparison.Ordinal))
            yield return (given, Agent);
    }

    /// <summary>The token to register the agent with; null if there is none.</summary>
    internal string? Opener => Location is { TokenIsExplicit: true, Token: { } own } && own.StartsWith(OfAgent, StringComparison.Ordinal) ? null : Location.Token ?? Location.JoinToken;

    /// <summary>In a session, the folder of its tools changes. Claude Code and Gemini CLI say where it began, and so the agent stays the same.</summary>
    private static string FolderOf(string harness, HookEventStart start)
    {
        var began = harness switch
        {
            "claude" => "CLAUDE_PROJECT_DIR",
            "gemini" => "GEMINI_PROJECT_DIR",
            _ => null,
        };
        return began is not null && Environment.GetEnvironmentVariable(began) is { Length: > 0 } folder && Path.IsPathRooted(folder) ? folder
            : start.Folder is { } cwd && Path.IsPathRooted(cwd) ? cwd
            : Environment.CurrentDirectory;
    }
}
