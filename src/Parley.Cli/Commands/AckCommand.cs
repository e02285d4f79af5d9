using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley ack ID...</c></summary>
internal static class AckCommand
{
    // For a message to many agents, a few are enough to see whose it is.
    private const int MostNamed = 5;

    public static Command Create()
    {
        var ids = new Argument<string[]>("id") { Description = "Messages to acknowledge.", Arity = ArgumentArity.OneOrMore };

        return new CliCommand("ack",
            "Acknowledges messages in your inbox (that of --as, or else the operators'), so that they are not delivered again. Doing it twice is harmless.",
            "parley ack 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60",
            "parley inbox --as be-1 --json | jq -r '.items[].message.message_id' | xargs parley ack --as be-1")
        {
            ids,
        }.Does(async call =>
        {
            var items = call.Arguments.GetRequiredValue(ids).Select(id => new AckItem { MessageId = id }).ToArray();
            await call.ActAsync();
            var results = await SettleOrNameAsync(call, items);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new ItemResults { Items = results }, WireJson.Lenient.ItemResults);
            else
                call.Terminal.WriteLine(items.Length == 1 ? "Acknowledged." : $"Acknowledged {items.Length}.");
            return ExitCode.Done;
        });
    }

    /// <summary>Acknowledges messages. If a message is in somebody else's inbox, says whose, so that nobody thinks that it is gone.</summary>
    private static async Task<IReadOnlyList<ItemResult>> SettleOrNameAsync(Call call, AckItem[] items)
    {
        try
        {
            return await SettleAsync(call, items);
        }
        catch (ParleyException refused) when (refused.Status == 404)
        {
            foreach (var id in items.Select(item => item.MessageId!))
            {
                if (await HoldersAsync(call, id) is not { Count: > 0 } holders || holders.Contains(call.Reader))
                    continue;
                throw new CommandException(
                    ExitCode.NotFound, $"Message {id} is not in the inbox of {call.Reader}, but in that of {OneOfWords.Listed(holders, "and")}.",
                    $"Name the agent: parley ack {id} --as {holders[0]}", refused);
            }

            throw;
        }
    }

    /// <summary>The agents whose inboxes the message is or was in; empty if the caller may not know.</summary>
    private static async Task<IReadOnlyList<string>> HoldersAsync(Call call, string messageId)
    {
        try
        {
            return [.. (await call.Api.Messages.TraceAsync(messageId, call.Cancellation)).Deliveries.Select(delivery => delivery.AgentId).Take(MostNamed)];
        }
        catch (ParleyException)
        {
            return [];
        }
    }

    /// <summary>Acknowledges all of them. The first refusal is the command's failure, reported after the others are done.</summary>
    public static async Task<IReadOnlyList<ItemResult>> SettleAsync(Call call, IReadOnlyList<AckItem> items)
    {
        var results = await call.Api.Messages.AckManyAsync(items, call.Reader, call.Cancellation);
        var refused = items.Zip(results).Where(pair => pair.Second.Problem is not null).ToArray();
        // The first one is reported as the failure, and should not be printed twice.
        foreach (var (item, result) in refused.Skip(1))
            call.Terminal.Note($"{item.MessageId}: {result.Problem!.Detail ?? result.Problem.Title}");
        return refused.Length == 0 ? results : throw new ParleyException(refused[0].Second.Problem!);
    }
}
