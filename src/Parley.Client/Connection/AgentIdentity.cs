using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Who the agent is and the token that proves it: given, kept from an earlier time, or got by registering.</summary>
internal sealed class AgentIdentity
{
    private const string Operators = "human";

    private readonly ParleyOptions _options;
    private ServerLocation _location;
    private TokenFile _file;
    private bool _registered;

    private AgentIdentity(ParleyOptions options, ServerLocation location, TokenFile file)
    {
        _options = options;
        _location = location;
        _file = file;
    }

    /// <summary>The agent's id; empty only until it has registered by name.</summary>
    public string AgentId { get; private set; } = "";

    public string Token { get; private set; } = "";

    /// <summary>What the options say of the agent.</summary>
    public RegisterRequest Profile => new()
    {
        AgentId = _location.AgentId,
        Name = _options.Name,
        Type = _options.Type,
        Role = _options.Role,
        Specialization = _options.Specialization,
        Capabilities = _options.Capabilities,
        Metadata = _options.Metadata,
    };

    /// <summary>Whether the options say something of the agent that the server does not.</summary>
    public bool Differs(Agent known) =>
        Differ(_options.Name, known.Name) || Differ(_options.Type, known.Type) || Differ(_options.Role, known.Role)
        || Differ(_options.Specialization, known.Specialization)
        || (_options.Capabilities is { } capabilities && !capabilities.ToHashSet().SetEquals(known.Capabilities))
        || (_options.Metadata is { } metadata && !(known.Metadata is { } there && JsonElement.DeepEquals(metadata, there)));

    /// <exception cref="ParleyConfigurationException">Neither a token nor a way to one was found.</exception>
    /// <exception cref="ParleyException">The server refuses the registration.</exception>
    public static async Task<AgentIdentity> FindAsync(ParleyOptions options, ServerLocation location, CancellationToken cancellationToken)
    {
        var called = location.AgentId ?? options.Name ?? throw new ParleyConfigurationException(
            "An agent needs an id or a name: pass one to ParleyAgent.ConnectAsync, or set PARLEY_AGENT.");
        var identity = new AgentIdentity(options, location, TokenFile.Of(options, location, called));
        if (location is { TokenIsExplicit: true, Token: { } given, AgentId: { } id })
            (identity.AgentId, identity.Token) = (id, given);
        else if (identity._file.Read() is { } kept)
            (identity.AgentId, identity.Token) = kept;
        else
            await identity.RegisterAsync(cancellationToken);
        return identity;
    }

    /// <summary>The server is found elsewhere from now on, with the token that it had given.</summary>
    public void MoveTo(ServerLocation location)
    {
        _location = location;
        _file = TokenFile.Of(_options, location, location.AgentId ?? _options.Name ?? AgentId);
        if (!(location.TokenIsExplicit && Token == location.Token))
            _file.Write(AgentId, Token);
    }

    /// <summary>The server refused the token. Registers, once, where that may help.</summary>
    /// <returns>Whether there is another token to try.</returns>
    public async Task<bool> RenewAsync(ParleyException refusal, CancellationToken cancellationToken)
    {
        // The operators' inbox is no agent that could be registered.
        if (_location.AgentId == Operators)
            return false;

        // A token that was given may be for joining only, or an operator's for an agent that is not there yet. What it got the agent
        // the last time was kept.
        var isGiven = _location.TokenIsExplicit && Token == _location.Token;
        if (isGiven && refusal.Status is 403 && _file.Read() is { } kept)
        {
            (AgentId, Token) = kept;
            return true;
        }

        // A kept token that is refused was revoked, or belongs to a server whose data are gone.
        var helps = isGiven ? refusal.Status is 403 or 404 : refusal.Status is 401 or 404;
        if (_registered || !helps || RegisteringToken is null)
            return false;
        await RegisterAsync(cancellationToken);
        return true;
    }

    private string? RegisteringToken => _location.TokenIsExplicit ? _location.Token : _location.JoinToken ?? _location.Token;

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var token = RegisteringToken;
        if (token is null)
            throw new ParleyConfigurationException(
                $"No token for the agent at {_location.Url}: looked at ParleyOptions.Token, PARLEY_TOKEN, '{_file.Path}' and "
                + $"'{Path.Combine(_location.DataFolder, "join.token")}' (used for the server of that folder only). "
                + "Ask its operator for one ('parley token create --kind agent') and set PARLEY_TOKEN.");

        _registered = true;
        await using var api = ParleyApi.Open(_location with { Token = token }, _options.TimeProvider);
        Agent agent;
        try
        {
            agent = await api.Agents.RegisterAsync(Profile, cancellationToken);
        }
        catch (ParleyException taken) when (taken.Status == 409)
        {
            throw new ParleyException(taken.Problem with { Detail = $"{taken.Problem.Detail} {Remedy()}" }, taken);
        }

        AgentId = agent.AgentId;
        Token = agent.Token ?? throw new ParleyException(new Problem
        {
            Code = ErrorCodes.Conflict,
            Status = 409,
            Title = "The agent exists.",
            Detail = $"The agent '{agent.AgentId}' already exists. {Remedy()}",
        });
        _file.Write(AgentId, Token);
    }

    private static bool Differ(string? said, string? known) => said is not null && said != known;

    private string Remedy() =>
        $"Its token is not kept in '{_file.Path}'. Set PARLEY_TOKEN to the agent's own token (an operator makes one with "
        + "'parley token create --kind agent'), or choose another id.";
}
