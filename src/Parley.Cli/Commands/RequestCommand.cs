using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley request TO TEXT --timeout S</c></summary>
internal static class RequestCommand
{
    public static Command Create()
    {
        var send = new SendArguments();
        var timeout = Numbers.WithDefault(
            "--timeout", "How long to wait for the reply, in seconds (1-3600).", "S", 1.0, 3600.0, 30.0, "a number of seconds from 1 to 3600");

        var command = new CliCommand("request",
            "Sends a message, waits for the reply, and prints it. Exit code 0; 1 if the reply reports an error; 4 if there is none in time.",
            "parley request be-1 \"Is the migration safe to run?\" --timeout 120",
            "parley request capability:review \"Please look at 3f2a91c.\" --as ci --json");
        send.AddTo(command);
        command.Options.Add(timeout);

        return command.Does(async call =>
        {
            var patience = TimeSpan.FromSeconds(call.Arguments.GetValue(timeout));
            var request = await send.ReadAsync(call);
            await call.ActAsync();
            var result = await call.Api.Messages.RequestAsync(request, patience, call.Cancellation);
            return result switch
            {
                RequestResult.Success success => Show(call, Outcome.Success, success.Reply),
                RequestResult.Error error => Show(call, Outcome.Error, error.Reply),
                RequestResult.Timeout => throw new ParleyException(NoReply(patience)),
                RequestResult.ConnectionLost lost => throw new CommandException(
                    ExitCode.Unreachable, $"The connection broke while waiting: {lost.Reason}",
                    lost.Stored ? "The request is stored: its reply will be in the inbox." : "Whether the request was stored is not known."),
                _ => throw new System.Diagnostics.UnreachableException($"No exit code for '{result}'."),
            };
        });
    }

    // The problem that the server would send. The SDK returns a timeout as a value.
    private static Problem NoReply(TimeSpan patience) => new()
    {
        Code = ErrorCodes.RequestTimeout,
        Status = 504,
        Retryable = true,
        Title = "No reply in time",
        Detail = $"Nobody replied within {patience.TotalSeconds:0.#} s.",
    };

    private static ExitCode Show(Call call, Outcome outcome, Message reply)
    {
        if (call.Terminal.Json)
            call.Terminal.WriteJson(new RequestAnswer { Status = outcome, Reply = reply }, WireJson.Lenient.RequestAnswer);
        else
            new ConversationView(call.Terminal, call.Time).Show(reply);
        return outcome is Outcome.Success ? ExitCode.Done : ExitCode.Failed;
    }
}
