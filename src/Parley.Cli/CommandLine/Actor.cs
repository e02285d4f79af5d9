using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.CommandLine;

/// <summary>The agent that a command acts as. On the server's machine, it is registered on first use, as in the SDK, and it has the same stored token
/// as in the SDK. Only the acting agent is registered: a recipient that does not exist is more likely a typo.</summary>
internal sealed class Actor
{
    // Words that the wire uses in place of an id.
    private static readonly string[] Reserved = [Call.Operators, "online", "register"];

    private readonly Call _call;
    private readonly TokenFile _file;

    /// <exception cref="CommandException">This cannot be an agent's id, or no server was found.</exception>
    public Actor(Call call, string agentId)
    {
        if (Reserved.Contains(agentId, StringComparer.OrdinalIgnoreCase))
            throw new CommandException(ExitCode.UsedWrongly, $"'{agentId}' cannot be an agent's id: the word is reserved.", "Choose another id.");
        _call = call;
        AgentId = agentId;
        _file = TokenFile.Of(call.Options, call.Location, agentId);
    }

    public string AgentId { get; }

    /// <summary>The path of its stored token.</summary>
    public string TokenPath => _file.Path;

    private ServerLocation Location => _call.Location;

    /// <summary>Makes sure that the agent exists, and reports if it was just registered.</summary>
    /// <returns>The token to act with: the agent's own, or else the caller's.</returns>
    /// <exception cref="CommandException">There is no token to register it with.</exception>
    public async Task<string> TokenAsync()
    {
        // As in the SDK, a given token is tried first, so that a mistyped one is reported.
        if (!Location.TokenIsExplicit && await OwnTokenAsync() is { } kept)
            return kept;

        var sight = Location.Token is { } given ? await SeeAsync(given) : Sight.Hidden;
        if (sight is not Sight.Missing && Location.TokenIsExplicit && await OwnTokenAsync() is { } own)
            return own;
        if (sight is Sight.There)
            return Location.Token!;

        var agent = await MakeAsync(new RegisterRequest { AgentId = AgentId });
        _call.Terminal.Note($"Registered agent '{agent.AgentId}'.");
        return agent.Token!;
    }

    /// <summary>Registers the agent, or changes one that this machine registered before.</summary>
    /// <exception cref="CommandException">The name belongs to another agent, or no token allows the registration.</exception>
    public async Task<(Agent Agent, bool IsNew)> RegisterAsync(RegisterRequest profile)
    {
        if (await OwnTokenAsync() is { } own)
        {
            await using var self = Open(own);
            return (await self.Agents.RegisterAsync(profile, _call.Cancellation), false);
        }

        if (Location.Token is { } given && await SeeAsync(given) is Sight.There)
            throw Taken();
        return (await MakeAsync(profile), true);
    }

    private async Task<Agent> MakeAsync(RegisterRequest profile)
    {
        var opener = Location.Token ?? Location.JoinToken ?? throw new CommandException(
            ExitCode.Refused,
            $"This machine has no token for '{AgentId}' on the server at {Location.Url}, and no join token to register it with.",
            "Ask the server's operator for a join token ('parley token create --kind join'), and set PARLEY_TOKEN to it.");
        await using var api = Open(opener);
        Agent agent;
        try
        {
            agent = await api.Agents.RegisterAsync(profile, _call.Cancellation);
        }
        catch (ParleyException refused) when (refused.Status == 409)
        {
            throw Taken(refused);
        }

        // If an operator registers an agent that somebody else has just created, this changes the agent and returns no token.
        var token = agent.Token ?? throw Taken();
        _file.Write(agent.AgentId, token);
        // Once its token has been used, nobody else can register the agent again and get a new one.
        await SeeAsync(token, isKept: true);
        return agent;
    }

    private CommandException Taken(Exception? inner = null) => new(
        ExitCode.Conflict,
        $"There is already an agent '{AgentId}', and this machine does not have its token.",
        $"Choose another name, or set PARLEY_TOKEN to the agent's own token: an admin makes one with 'parley token create --kind agent --agent {AgentId}'.",
        inner);

    /// <summary>The stored token; null if there is none or it is no longer valid.</summary>
    private async Task<string?> OwnTokenAsync() =>
        _file.Read() is { } kept && await SeeAsync(kept.Token, isKept: true) is Sight.There ? kept.Token : null;

    private async Task<Sight> SeeAsync(string token, bool isKept = false)
    {
        await using var api = Open(token);
        try
        {
            await api.Agents.GetAsync(AgentId, _call.Cancellation);
            return Sight.There;
        }
        catch (ParleyException refused) when (refused.Status is 404)
        {
            return Sight.Missing;
        }
        catch (ParleyException refused) when (refused.Status is 403 || (isKept && refused.Status is 401))
        {
            return Sight.Hidden;
        }
    }

    private ParleyApi Open(string token) => ParleyApi.Open(_call.Options with { Token = token });

    private enum Sight
    {
        There,
        Missing,

        /// <summary>The token may not read it, as with a join token, or is no longer valid.</summary>
        Hidden,
    }
}
