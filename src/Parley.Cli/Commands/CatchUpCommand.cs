using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley catch-up [--budget-tokens N]</c></summary>
internal static class CatchUpCommand
{
    private const int LeastTokens = 400, MostTokens = 1_000_000;

    public static CliCommand Create()
    {
        var budget = Numbers.Optional(
            "--budget-tokens", "Take at most N model tokens, of about four characters each; 2000 if omitted.", "N", LeastTokens, MostTokens, $"a number from {LeastTokens} to {MostTokens}");
        return new CliCommand(
            "catch-up", "Shows what an agent needs to go on after a restart: who it is, what it has, and what waits for it. Changes nothing.",
            "parley catch-up --as be-1", "parley catch-up --as be-1 --budget-tokens 1000", "parley catch-up --as be-1 --json | jq -r '.tasks[].task_id'")
        {
            budget,
        }.Does(async call =>
        {
            await call.ActAsync();
            var catchUp = await call.Api.Agents.CatchUpAsync(call.Reader, call.Arguments.GetValue(budget), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(catchUp, WireJson.Lenient.AgentCatchUp);
            else
                call.Terminal.WriteLine(PlainText.Of(CatchUpText.Of(catchUp)));
            return ExitCode.Done;
        });
    }
}
