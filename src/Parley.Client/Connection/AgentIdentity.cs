using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>The agent's id and its token: given, kept from an earlier run, or obtained by registering.</summary>
internal sealed class AgentIdentity
{
    private const string Operators = "human";

    /// <summary>How join tokens begin. The server lets whoever connects with one wait for a registration, so it must not be taken for an agent's own.</summary>
    private const string JoinPrefix = "parley_join_";

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

    /// <summary>The agent's details from the options.</summary>
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

    /// <summary>Whether the options contain details that the server does not have.</summary>
    public bool Differs(Agent known) =>
        Differ(_options.Name, known.Name) || Differ(_options.Type, known.Type) || Differ(_options.Role, known.Role)
        || Differ(_options.Specialization, known.Specialization)
        || (_options.Capabilities is { } capabilities && !capabilities.ToHashSet().SetEquals(known.Capabilities))
        || (_options.Metadata is { } metadata && !(known.Metadata is { } there && JsonElement.DeepEquals(metadata, there)));

    /// <exception cref="ParleyConfigurationException">No token was found, and no way to get one.</exception>
    /// <exception cref="ParleyException">The server refuses the registration.</exception>
    public static async Task<AgentIdentity> FindAsync(ParleyOptions options, ServerLocation location, CancellationToken cancellationToken)
    {
        var called = location.AgentId ?? options.Name ?? throw new ParleyConfigurationException(
            "An agent needs an id or a name: pass one to ParleyAgent.ConnectAsync, or set PARLEY_AGENT.");
        var identity = new AgentIdentity(options, location, TokenFile.Of(options, location, called));
        if (location is { TokenIsExplicit: true, Token: { } given, AgentId: { } id } && !given.StartsWith(JoinPrefix, StringComparison.Ordinal))
            (identity.AgentId, identity.Token) = (id, given);
        else if (identity._file.Read() is { } kept)
            (identity.AgentId, identity.Token) = kept;
        else
            await identity.RegisterAsync(cancellationToken);
        return identity;
    }

    /// <summary>Switches to the server's new address, keeping the token that the server issued.</summary>
    public void MoveTo(ServerLocation location)
    {
        _location = location;
        _file = TokenFile.Of(_options, location, location.AgentId ?? _options.Name ?? AgentId);
        if (!(location.TokenIsExplicit && Token == location.Token))
            _file.Write(AgentId, Token);
    }

    /// <summary>The server refused the token. Registers again, once, if that may help.</summary>
    /// <returns>Whether there is another token to try.</returns>
    public async Task<bool> RenewAsync(ParleyException refusal, CancellationToken cancellationToken)
    {
        // The operators' inbox is not an agent and cannot be registered.
        if (_location.AgentId == Operators)
            return false;

        // A given token may be an operator's, for an agent that does not exist yet. The token that it obtained for the agent last time was kept.
        var isGiven = _location.TokenIsExplicit && Token == _location.Token;
        if (isGiven && refusal.Status is 403 && _file.Read() is { } kept)
        {
            (AgentId, Token) = kept;
            return true;
        }

        // If a kept token is refused, it was revoked, or it belongs to a server whose data is gone.
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
