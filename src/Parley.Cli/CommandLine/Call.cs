using System.CommandLine;
using Parley.Cli.Output;
using Parley.Client;

namespace Parley.Cli.CommandLine;

/// <summary>One call of a command: what was asked for, and the means to answer it.</summary>
internal sealed class Call(ParseResult arguments, TimeProvider time, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>The operators' inbox, which is everybody's who acts as nobody else.</summary>
    public const string Operators = "human";

    private ParleyApi? _api;
    private string? _actorsToken;

    public ParseResult Arguments { get; } = arguments;

    public TimeProvider Time { get; } = time;

    /// <summary>Ends with Ctrl-C.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    public Terminal Terminal => field ??= new Terminal(Arguments.GetValue(GlobalOptions.Json));

    /// <summary>Where the server is and who one is there, as the options and the environment say.</summary>
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

    /// <summary>The project that was named; null leaves it to the token.</summary>
    public string? Project => Location.Project;

    /// <summary>The agent that was named to act as; null is the token's owner.</summary>
    public string? ActingAs => Location.AgentId;

    /// <summary>Whose inbox is meant.</summary>
    public string Reader => ActingAs ?? Operators;

    /// <summary>For commands that speak, read, or remember as an agent: if one was named, sees to it that it is there. Comes before
    /// anything is asked of <see cref="Api"/>, and after whatever may be wrong with the command's own words.</summary>
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
