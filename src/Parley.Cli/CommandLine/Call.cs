using System.CommandLine;
using Parley.Cli.Output;
using Parley.Client;

namespace Parley.Cli.CommandLine;

/// <summary>One run of a command: its arguments, and what it needs to answer.</summary>
internal sealed class Call(ParseResult arguments, TimeProvider time, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>The operators' inbox, for callers that act as no other agent.</summary>
    public const string Operators = "human";

    private ParleyApi? _api;
    private string? _actorsToken;

    public ParseResult Arguments { get; } = arguments;

    public TimeProvider Time { get; } = time;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public Terminal Terminal => field ??= new Terminal(Arguments.GetValue(GlobalOptions.Json));

    /// <summary>The server's location and the caller, according to the options and the environment.</summary>
    public ParleyOptions Options => field ??= new ParleyOptions
    {
        Url = Arguments.GetValue(GlobalOptions.Url),
        Token = Arguments.GetValue(GlobalOptions.Token),
        Project = Arguments.GetValue(GlobalOptions.Project),
        AgentId = Arguments.GetValue(GlobalOptions.As),
        CaCertificate = Arguments.GetValue(GlobalOptions.CaCertificate),
        TimeProvider = Time,
    };

    /// <exception cref="CommandException">No server was found.</exception>
    public ServerLocation Location => field ??= Find(Options);

    /// <summary>The token sent to the server. After <see cref="ActAsync"/>, it is the token of the agent that the command acts as.</summary>
    public string Token => _actorsToken ?? Location.RequireToken();

    /// <summary>The server. Nothing is sent until something is asked of it.</summary>
    public ParleyApi Api => _api ??= ParleyApi.Open(Options with { Token = Token });

    /// <summary>The project that was named; null to use the token's.</summary>
    public string? Project => Location.Project;

    /// <summary>The agent to act as that was named; null for the token's owner.</summary>
    public string? ActingAs => Location.AgentId;

    /// <summary>Whose inbox is meant.</summary>
    public string Reader => ActingAs ?? Operators;

    /// <summary>For commands that act as an agent: if one was named, makes sure that it exists. Call this before <see cref="Api"/> is used, and after
    /// the command's arguments have been checked.</summary>
    /// <exception cref="CommandException">The agent does not exist and cannot be registered.</exception>
    public async Task ActAsync()
    {
        if (ActingAs is { } agent && agent != Operators)
            _actorsToken = await new Actor(this, agent).TokenAsync();
    }

    public ValueTask DisposeAsync() => _api?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ServerLocation Find(ParleyOptions options)
    {
        try
        {
            var location = ServerLocation.Find(options);
            if (location.CaCertificate is not { } file || File.Exists(file))
                return location;
            throw new CommandException(
                ExitCode.UsedWrongly, $"There is no file '{file}'.",
                $"{(options.CaCertificate is null ? "PARLEY_CACERT" : "--cacert")} takes a PEM file with the server's certificate or its authority.");
        }
        catch (ParleyConfigurationException nowhere)
        {
            throw new CommandException(ExitCode.Unreachable, nowhere.Message, remedy: null, nowhere);
        }
    }
}
